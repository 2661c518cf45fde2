/**
 * A maximum flow of least cost, by the primal-dual method: shortest distances give potentials, and level graphs (Dinic,
 * "Algorithm for solution of a problem of maximum flow in networks with power estimation", 1970) fill the edges that lie on
 * shortest paths (Ford and Fulkerson, "Flows in Networks", 1962). Capacities and costs are small integers, costs not
 * negative: here, the rounding units that may move along an edge, and how far from the nearest they take it.
 */
export class FlowNetwork {
  readonly #nodes: number;
  /** Edges as they came, each followed by its reverse. */
  readonly #given: { from: number; to: number; capacity: number; cost: number }[] = [];
  /** The same by their beginning, so that the edges of a node lie side by side from `#start[node]`. */
  #start = new Int32Array();
  #place = new Int32Array();
  #to = new Int32Array();
  #capacity = new Int32Array();
  #cost = new Int32Array();
  #twin = new Int32Array();
  #level = new Int32Array();
  #cursor = new Int32Array();
  #potential = new Float64Array();

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  /** Adds an edge and returns its number, by which `used` answers. */
  connect(from: number, to: number, capacity: number, cost = 0): number {
    this.#given.push({ from, to, capacity, cost }, { from: to, to: from, capacity: 0, cost: -cost });
    return this.#given.length - 2;
  }

  #layOut(): void {
    const edges = this.#given;
    const start = new Int32Array(this.#nodes + 1);
    for (const { from } of edges) start[from + 1] = (start[from + 1] as number) + 1;
    for (let node = 0; node < this.#nodes; node++) {
      start[node + 1] = (start[node + 1] as number) + (start[node] as number);
    }
    const free = start.slice();
    this.#place = Int32Array.from(edges, ({ from }) => {
      const place = free[from] as number;
      free[from] = place + 1;
      return place;
    });
    this.#start = start;
    this.#to = new Int32Array(edges.length);
    this.#capacity = new Int32Array(edges.length);
    this.#cost = new Int32Array(edges.length);
    this.#twin = new Int32Array(edges.length);
    edges.forEach(({ to, capacity, cost }, edge) => {
      const place = this.#place[edge] as number;
      this.#to[place] = to;
      this.#capacity[place] = capacity;
      this.#cost[place] = cost;
      this.#twin[place] = this.#place[edge ^ 1] as number;
    });
    this.#level = new Int32Array(this.#nodes);
    this.#cursor = new Int32Array(this.#nodes);
    this.#potential = new Float64Array(this.#nodes);
  }

  /** What flows along an edge after `push`. */
  used(edge: number): number {
    return this.#capacity[this.#place[edge ^ 1] as number] as number;
  }

  /** Pushes as much as fits from source to sink, at the least cost, and returns how much. */
  push(source: number, sink: number): number {
    this.#layOut();
    let total = 0;
    while (this.#shorten(source, sink)) {
      while (this.#levels(source, sink)) {
        this.#cursor.set(this.#start.subarray(0, this.#nodes));
        for (let pushed = this.#along(source, sink); pushed > 0; pushed = this.#along(source, sink)) total += pushed;
      }
    }
    return total;
  }

  /** What an edge costs beyond the difference of its ends' distances: never negative where there is room. */
  #reduced(from: number, edge: number): number {
    const to = this.#to[edge] as number;
    return (this.#cost[edge] as number) + (this.#potential[from] as number) - (this.#potential[to] as number);
  }

  /** Distances from the source as potentials, by buckets (Dial, "Algorithm 360", 1969); false where no path is left. */
  #shorten(source: number, sink: number): boolean {
    const distance = new Float64Array(this.#nodes).fill(Number.POSITIVE_INFINITY);
    distance[source] = 0;
    const buckets: (number[] | undefined)[] = [[source]];
    for (let reached = 0; reached < buckets.length && (distance[sink] as number) > reached; reached++) {
      const bucket = buckets[reached] ?? [];
      for (let position = 0; position < bucket.length; position++) {
        const node = bucket[position] as number;
        if (distance[node] === reached) this.#relax(node, distance, buckets);
      }
    }
    const limit = distance[sink] as number;
    if (limit === Number.POSITIVE_INFINITY) return false;
    distance.forEach((own, node) => {
      this.#potential[node] = (this.#potential[node] as number) + Math.min(own, limit);
    });
    return true;
  }

  #relax(node: number, distance: Float64Array, buckets: (number[] | undefined)[]): void {
    const here = distance[node] as number;
    const end = this.#start[node + 1] as number;
    for (let edge = this.#start[node] as number; edge < end; edge++) {
      if (this.#capacity[edge] === 0) continue;
      const to = this.#to[edge] as number;
      const through = here + this.#reduced(node, edge);
      if (through >= (distance[to] as number)) continue;
      distance[to] = through;
      const bucket = buckets[through];
      if (bucket === undefined) buckets[through] = [to];
      else bucket.push(to);
    }
  }

  #levels(source: number, sink: number): boolean {
    const level = this.#level.fill(-1);
    level[source] = 0;
    const queue = [source];
    for (let position = 0; position < queue.length; position++) {
      const node = queue[position] as number;
      const end = this.#start[node + 1] as number;
      for (let edge = this.#start[node] as number; edge < end; edge++) {
        const to = this.#to[edge] as number;
        if (this.#capacity[edge] === 0 || (level[to] as number) >= 0 || this.#reduced(node, edge) !== 0) continue;
        level[to] = (level[node] as number) + 1;
        queue.push(to);
      }
    }
    return (level[sink] as number) >= 0;
  }

  /** One path of the level graph, walked with a stack of its edges; a dead end is left for good. */
  #along(source: number, sink: number): number {
    const path: number[] = [];
    let node = source;
    while (node !== sink) {
      const edge = this.#advance(node);
      if (edge >= 0) {
        path.push(edge);
        node = this.#to[edge] as number;
        continue;
      }
      const back = path.pop();
      if (back === undefined) return 0;
      node = this.#to[this.#twin[back] as number] as number;
      this.#cursor[node] = (this.#cursor[node] as number) + 1;
    }
    let room = Number.MAX_SAFE_INTEGER;
    for (const edge of path) room = Math.min(room, this.#capacity[edge] as number);
    for (const edge of path) {
      this.#capacity[edge] = (this.#capacity[edge] as number) - room;
      const twin = this.#twin[edge] as number;
      this.#capacity[twin] = (this.#capacity[twin] as number) + room;
    }
    return room;
  }

  #advance(node: number): number {
    const end = this.#start[node + 1] as number;
    const next = (this.#level[node] as number) + 1;
    for (let edge = this.#cursor[node] as number; edge < end; edge++) {
      if (this.#capacity[edge] === 0 || this.#level[this.#to[edge] as number] !== next) continue;
      if (this.#reduced(node, edge) !== 0) continue;
      this.#cursor[node] = edge;
      return edge;
    }
    this.#cursor[node] = end;
    return -1;
  }
}
