export interface TreeNode {
  readonly id: string;
  readonly parent_id: string | null;
  readonly code: string;
  readonly name_source: string | null;
}

/** A dimension in the order of the tree, with its own amounts and those of everything below it, by month. */
export interface RolledUp {
  readonly node: TreeNode;
  readonly parent: string | null;
  readonly depth: number;
  readonly own: ReadonlyMap<string, bigint>;
  readonly total: ReadonlyMap<string, bigint>;
}

/**
 * Adds the amounts of a tree up, each dimension before what is below it, sisters by code. Pure.
 *
 * @param nodes by code; a parent that is not among them counts as none.
 * @param amounts dimension id → month → amount.
 */
export function rollUp(
  nodes: readonly TreeNode[],
  amounts: ReadonlyMap<string, ReadonlyMap<string, bigint>>,
): RolledUp[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parentOf = (node: TreeNode) => (node.parent_id === null ? undefined : byId.get(node.parent_id));
  const below = Map.groupBy(nodes, (node) => parentOf(node)?.id);
  const rows: RolledUp[] = [];
  const visit = (node: TreeNode, parent: string | null, depth: number): ReadonlyMap<string, bigint> => {
    const own = amounts.get(node.id) ?? new Map<string, bigint>();
    const total = new Map(own);
    rows.push({ node, parent, depth, own, total });
    for (const child of below.get(node.id) ?? []) {
      for (const [month, amount] of visit(child, node.code, depth + 1)) {
        total.set(month, (total.get(month) ?? 0n) + amount);
      }
    }
    return total;
  };
  for (const root of below.get(undefined) ?? []) visit(root, null, 0);
  return rows;
}

/** The nodes of one dimension and everything below it; empty when there is no such code. */
export function subtree(nodes: readonly TreeNode[], code: string): TreeNode[] {
  const root = nodes.find((node) => node.code === code);
  if (root === undefined) return [];
  const kept = new Set([root.id]);
  for (let size = 0; size !== kept.size; ) {
    size = kept.size;
    for (const node of nodes) if (node.parent_id !== null && kept.has(node.parent_id)) kept.add(node.id);
  }
  return nodes.filter((node) => kept.has(node.id));
}
