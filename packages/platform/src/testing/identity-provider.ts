import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

/** Claims of each account, by its login. */
export type Accounts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface TestProviderOptions {
  readonly accounts: Accounts;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Audience of access tokens for the node's API. */
  readonly audience: string;
  /** Address of the node, once it is known; asked for at each restart. */
  readonly node: () => string;
}

/** A real OpenID provider on loopback: anybody signs in with a login, whatever the password. */
export interface TestProvider {
  readonly issuer: string;
  /** Makes the provider read the node's address. */
  restart(): Promise<void>;
  /** Goes on with another signing key. */
  rotate(): Promise<void>;
  /** Signs anything with the provider's present key, as only a test would want. */
  sign(claims: JWTPayload, header?: { readonly typ?: string; readonly kid?: string }): Promise<string>;
  /** An access token of the account for the API, as a program gets one. */
  accessToken(account: string): Promise<string>;
  /** Answers nothing but 502 until the next restart. */
  fail(): void;
  stop(): Promise<void>;
}

export async function startTestProvider(options: TestProviderOptions): Promise<TestProvider> {
  const { Provider } = await import('oidc-provider');
  let listener: RequestListener = (_request, response) => response.writeHead(502).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let key = await newKey();

  const provider: TestProvider = {
    issuer,
    async restart() {
      const next = new Provider(issuer, configuration(options, key));
      listener = next.callback();
    },
    async rotate() {
      key = await newKey();
      await provider.restart();
    },
    async sign(claims, header = {}) {
      const signed = new SignJWT(claims).setProtectedHeader({
        alg: 'RS256',
        kid: key.kid ?? '',
        typ: 'at+jwt',
        ...header,
      });
      return signed.sign(await importJWK(key, 'RS256'));
    },
    async accessToken(account) {
      const reply = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`machine-${account}:${options.clientSecret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: options.audience }),
      });
      const { access_token: token } = (await reply.json()) as { access_token?: string };
      if (token === undefined) throw new Error(`the provider gave no token: ${reply.status}`);
      return token;
    },
    fail() {
      listener = (_request, response) => response.writeHead(502).end();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: 'RS256', use: 'sig' };
}

function configuration({ accounts, clientId, clientSecret, audience, node }: TestProviderOptions, key: JWK) {
  const claimsOf = (login: string) => accounts[login] ?? {};
  const machines = Object.keys(accounts).map((login) => ({
    client_id: `machine-${login}`,
    client_secret: clientSecret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }));
  const browser = {
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [`${node()}/session/oidc/callback`],
    post_logout_redirect_uris: [`${node()}/sign-in`],
    backchannel_logout_uri: `${node()}/session/oidc/back-channel-logout`,
    backchannel_logout_session_required: true,
  };
  return {
    clients: [browser, ...machines],
    jwks: { keys: [key] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub', 'sid'], profile: ['groups', 'entity', 'tenant', 'locale'] },
    conformIdTokenClaims: false,
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 300, IdToken: 300, ClientCredentials: 300 },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: '', audience, accessTokenFormat: 'jwt', accessTokenTTL: 300 }),
      },
    },
    findAccount: (_context: unknown, login: string) => ({
      accountId: login,
      claims: async () => ({ sub: login, ...claimsOf(login) }),
    }),
    extraTokenClaims: async (_context: unknown, token: { readonly clientId?: string }) =>
      claimsOf(String(token.clientId).replace('machine-', '')),
    loadExistingGrant,
  };
}

/** What the client asks for is granted: nobody is here to agree. */
async function loadExistingGrant({ oidc }: GrantContext) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope('openid profile');
  await grant.save();
  return grant;
}

interface GrantContext {
  readonly oidc: {
    readonly provider: import('oidc-provider').Provider;
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
}

/** A browser as far as signing in goes: it keeps cookies, follows redirects one by one, and fills in the provider's form. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  put(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  names(): string[] {
    return [...this.#cookies.keys()];
  }

  /** One request, no redirect followed. */
  async go(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#cookies.size > 0)
      headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const reply = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return reply;
  }

  /** Follows redirects until an address that `stop` wants, which is not asked for, or an answer that is no redirect. */
  async follow(
    url: string,
    stop: (url: string) => boolean = () => false,
    init: RequestInit = {},
  ): Promise<{ url: string; reply?: Response }> {
    let at = url;
    let reply = await this.go(at, init);
    for (let hops = 0; hops < 20; hops += 1) {
      const location = reply.headers.get('location');
      if (location === null) return { url: at, reply };
      at = new URL(location, at).href;
      if (stop(at)) return { url: at };
      reply = await this.go(at);
    }
    throw new Error(`too many redirects, the last to ${at}`);
  }

  /** Signs in at the provider's form. @returns the address that the provider sends the browser back to, not asked for yet */
  async signIn(node: string, login: string, query = ''): Promise<string> {
    const isBack = (url: string) => url.startsWith(`${node}/session/oidc/callback`);
    const form = await this.follow(`${node}/session/oidc${query}`, isBack);
    if (form.reply === undefined) return form.url;
    const body = new URLSearchParams({ prompt: 'login', login, password: 'any' });
    return (await this.follow(form.url, isBack, { method: 'POST', body })).url;
  }
}
