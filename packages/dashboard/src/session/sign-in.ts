/** A token has the three parts of a JWT; whatever else the reader pastes is a one-time code. */
export function credentialOf(secret: string): { readonly token: string } | { readonly code: string } {
  return secret.split('.').length === 3 ? { token: secret } : { code: secret };
}

/**
 * Where to go after signing in: the path that asked for it, when it is one of this site.
 *
 * A link could carry any address here; `//host` and `/\host` are other sites to a browser.
 */
export function safeNext(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])/.test(next) || next.startsWith('/sign-in')) return '/';
  return next;
}

/** The way to the identity provider and back to the page that asked for it. The language stays with the page. */
export function providerLink(provider: string, next: string | undefined): string {
  const back = safeNext(next);
  return back === '/' ? provider : `${provider}?${new URLSearchParams({ return_to: back })}`;
}
