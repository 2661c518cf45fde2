/**
 * A maximum flow by level graphs (Dinic, "Algorithm for solution of a problem of maximum flow in networks with power
 * estimation", 1970). Capacities are small integers: here, the rounding units that may move along an edge.
 */
export class FlowNetwork {
  readonly #first: Int32Array;
  readonly #level: Int32Array;
  readonly #cursor: Int32Array;
  readonly #next: number[] = [];
  readonly #to: number[] = [];
  readonly #capacity: number[] = [];

  constructor(nodes: number) {
    this.#first = new Int32Array(nodes).fill(-1);
    this.#level = new Int32Array(nodes);
    this.#cursor = new Int32Array(nodes);
  }

  /** Adds an edge and returns its number, by which `used` answers. */
  connect(from: number, to: number, capacity: number): number {
    const edge = this.#half(from, to, capacity);
    this.#half(to, from, 0);
    return edge;
  }

  #half(from: number, to: number, capacity: number): number {
    const edge = this.#to.length;
    this.#to.push(to);
    this.#capacity.push(capacity);
    this.#next.push(this.#first[from] as number);
    this.#first[from] = edge;
    return edge;
  }

  /** What flows along an edge after `push`. */
  used(edge: number): number {
    return this.#capacity[edge ^ 1] as number;
  }

  /** Pushes as much as fits from source to sink and returns how much. */
  push(source: number, sink: number): number {
    let total = 0;
    while (this.#levels(source, sink)) {
      this.#cursor.set(this.#first);
      for (let pushed = this.#along(source, sink); pushed > 0; pushed = this.#along(source, sink)) total += pushed;
    }
    return total;
  }

  #levels(source: number, sink: number): boolean {
    const level = this.#level.fill(-1);
    level[source] = 0;
    const queue = [source];
    for (let position = 0; position < queue.length; position++) {
      const node = queue[position] as number;
      for (let edge = this.#first[node] as number; edge >= 0; edge = this.#next[edge] as number) {
        const to = this.#to[edge] as number;
        if ((this.#capacity[edge] as number) === 0 || (level[to] as number) >= 0) continue;
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
      node = this.#to[back ^ 1] as number;
      this.#cursor[node] = this.#next[this.#cursor[node] as number] as number;
    }
    let room = Number.MAX_SAFE_INTEGER;
    for (const edge of path) room = Math.min(room, this.#capacity[edge] as number);
    for (const edge of path) {
      this.#capacity[edge] = (this.#capacity[edge] as number) - room;
      this.#capacity[edge ^ 1] = (this.#capacity[edge ^ 1] as number) + room;
    }
    return room;
  }

  #advance(node: number): number {
    for (let edge = this.#cursor[node] as number; edge >= 0; edge = this.#next[edge] as number) {
      this.#cursor[node] = edge;
      const forward = (this.#level[this.#to[edge] as number] as number) === (this.#level[node] as number) + 1;
      if (forward && (this.#capacity[edge] as number) > 0) return edge;
    }
    this.#cursor[node] = -1;
    return -1;
  }
}
