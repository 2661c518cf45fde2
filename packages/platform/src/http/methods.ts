import type { App } from './app.ts';

/** Which methods answer at an address, so that a wrong method gets 405 with `Allow` and not 404 (RFC 9110, section 15.5.6). */
export interface KnownMethods {
  /** @param path without query string */
  at(path: string): readonly string[];
}

/** Notes every route; call it before any is registered. */
export function noteMethods(app: App): KnownMethods {
  const patterns = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', (route) => {
    const known = patterns.get(route.url) ?? { pattern: patternOf(route.url), methods: new Set<string>() };
    for (const method of [route.method].flat()) known.methods.add(method);
    patterns.set(route.url, known);
  });
  return {
    at(path) {
      const methods = new Set<string>();
      for (const known of patterns.values()) {
        if (known.pattern.test(path)) for (const method of known.methods) methods.add(method);
      }
      return [...methods].sort();
    },
  };
}

/** `/a/:id` and `/files/*`, the two forms that the routes of this project use. A bare `*` answers any address and says nothing. */
function patternOf(url: string): RegExp {
  if (url === '*' || url === '/*') return /(?!)/;
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
