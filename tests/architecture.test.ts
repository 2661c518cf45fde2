import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Who may import whom (ARCHITECTURE.md, "Arrows"). A package that is not listed here has no place yet. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  allocation: [],
  contract: [],
  platform: [],
  ledger: ['platform'],
  analytic: ['platform', 'allocation', 'ledger'],
  finops: ['platform', 'allocation', 'contract', 'ledger'],
  group: ['platform', 'contract'],
  cli: ['allocation', 'contract', 'platform', 'ledger', 'analytic', 'finops', 'group'],
  dashboard: [],
};

/** Test code may use the tools of the root manifest. */
const TESTING = /\.test\.tsx?$|\/testing\//;

const sources = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root });

function importsOf(file: string): string[] {
  const text = readFileSync(`${root}/${file}`, 'utf8');
  const statements = text.matchAll(/^(?:import|export)\b[^;'"=]*\bfrom\s+['"]([^'"]+)['"]/gm);
  const effects = text.matchAll(/^import\s+['"]([^'"]+)['"]/gm);
  const calls = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [...statements, ...effects, ...calls].map((match) => match[1] ?? '');
}

describe('the arrows between packages', () => {
  it('knows every package', () => {
    const packages = new Set(sources.map((file) => file.split('/')[1] ?? ''));
    expect([...packages].sort()).toEqual(Object.keys(ARROWS).sort());
  });

  it('are the only imports between packages', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const own = file.split('/')[1] ?? '';
      for (const target of importsOf(file)) {
        const other = /^@prorata\/([a-z]+)/.exec(target)?.[1];
        if (other !== undefined && !(ARROWS[own] ?? []).includes(other)) wrong.push(`${file} imports ${target}`);
        if (/(^|\/)packages\//.test(target)) wrong.push(`${file} reaches into ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('stand in the manifests as well: a package declares exactly the packages it imports', () => {
    const wrong: string[] = [];
    for (const own of Object.keys(ARROWS)) {
      const manifest = JSON.parse(readFileSync(`${root}/packages/${own}/package.json`, 'utf8')) as Record<
        string,
        Record<string, string> | undefined
      >;
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
      const used = new Set(
        sources
          .filter((file) => file.split('/')[1] === own && !TESTING.test(file))
          .flatMap(importsOf)
          .filter((target) => !target.startsWith('.') && !target.startsWith('node:'))
          .map((target) =>
            target
              .split('/')
              .slice(0, target.startsWith('@') ? 2 : 1)
              .join('/'),
          ),
      );
      for (const name of used) {
        if (name !== `@prorata/${own}` && !declared.includes(name)) {
          wrong.push(`${own} imports ${name} without declaring it`);
        }
      }
      for (const name of declared.filter((entry) => entry.startsWith('@prorata/'))) {
        if (!used.has(name)) wrong.push(`${own} declares ${name} without importing it`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  it('never need each other in a circle, not even by their types: what both need has a room of its own', () => {
    const known = new Set(sources);
    const imports = new Map(
      sources.map((file) => [
        file,
        importsOf(file)
          .filter((target) => target.startsWith('.'))
          .map((target) => posix.join(posix.dirname(file), target))
          .filter((target) => known.has(target)),
      ]),
    );
    // What is left after taking away, again and again, every file that imports nothing that is left: circles and who needs them.
    const left = new Map(imports);
    for (let before = -1; before !== left.size; ) {
      before = left.size;
      for (const [file, targets] of left) if (!targets.some((target) => left.has(target))) left.delete(file);
    }
    const inCircle = [...left.keys()].filter((file) => reaches(left, file, file));
    expect(inCircle).toEqual([]);
  });
});

function reaches(imports: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [...(imports.get(from) ?? [])];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (file === to) return true;
    if (seen.has(file)) continue;
    seen.add(file);
    next.push(...(imports.get(file) ?? []));
  }
  return false;
}

describe('the examples of plugins', () => {
  const plugins = globSync('examples/*/src/**/*.ts', { cwd: root });

  it('are made of what the node hands them: types of the packages, schemas and node:, and nothing else', () => {
    expect(plugins.length).toBeGreaterThan(0);
    const wrong = plugins.flatMap((file) => {
      const text = readFileSync(`${root}/${file}`, 'utf8');
      const values = text.matchAll(/^import\s+(?!type\b)[^;'"]*['"](@prorata\/[^'"]+)['"]/gm);
      const strange = importsOf(file).filter(
        (target) => !/^(\.\/|node:|typebox$|@prorata\/(platform|analytic)$)/.test(target),
      );
      return [...[...values].map(([, target]) => target), ...strange].map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });
});
