/** A JSON object as parsed: its members are judged by a schema afterwards. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses a JSON object and refuses what parsers disagree about: members that stand twice (RFC 8259 §4 leaves the
 * outcome open, so two readers could see two contents under one signature), `__proto__`, and texts with half a surrogate
 * pair, which have no UTF-8 form.
 * Throws SyntaxError with the reason.
 */
export function parseStrictObject(text: string): JsonObject {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SyntaxError('the content is not a JSON object');
  }
  refuseAmbiguity(text);
  return parsed as JsonObject;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

// The text is valid JSON by now, so a string is a member name exactly when a colon follows it.
function refuseAmbiguity(text: string): void {
  const open: Array<Set<string>> = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.includes('\\u') && !(JSON.parse(token) as string).isWellFormed())
      throw new SyntaxError('a text is not well-formed Unicode');
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const name = JSON.parse(last) as string;
      const members = open.at(-1);
      if (name === '__proto__') throw new SyntaxError('a member may not be named __proto__');
      if (members?.has(name)) throw new SyntaxError(`the member ${last} stands twice`);
      members?.add(name);
    }
    last = token;
  }
}
