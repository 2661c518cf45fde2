import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { eventProblem } from './problems.ts';

/** Networks that are not the Internet (IANA special-purpose registries of IPv4 and IPv6 addresses). */
const NOT_PUBLIC: readonly string[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
  ...['5f00::/16', 'fc00::/7', 'fe80::/9', 'ff00::/8'],
];

/** Where a node may send events to. */
export interface AddressRule {
  /** Whether an address that a name stands for, or that a URL names, may be connected to. */
  allows(address: string): boolean;
}

const LOOPBACK = networks(['127.0.0.0/8', '::1/128']);

/**
 * Public addresses, and the networks named. Whoever may make a subscription could otherwise let the node call services that trust it
 * (server-side request forgery).
 *
 * @param allowed networks beside the Internet, as `10.20.0.0/16` or `::1/128` (prorata.yaml, `webhooks.allow`)
 * @throws RangeError for what is no network
 */
export function addressRule(allowed: readonly string[] = []): AddressRule {
  const closed = networks(NOT_PUBLIC);
  const open = networks(allowed);
  return { allows: (address) => holds(open, address) || (isIP(address) !== 0 && !holds(closed, address)) };
}

/** Whether a text is a network as `addressRule` takes it. */
export function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const version = isIP(address);
  return version !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

/**
 * The address of a subscription, checked as far as it can be before anybody looks its name up.
 *
 * @throws Problem `WEBHOOK_URL_REFUSED`
 */
export function requireSendable(text: string, rule: AddressRule): URL {
  const url = URL.parse(text);
  if (url === null) throw refused(text, 'it is no URL');
  if (url.username !== '' || url.password !== '') throw refused(url.host, 'it carries a user or password');
  if (url.hash !== '') throw refused(text, 'it has a fragment');
  const host = hostOf(url);
  const literal = isIP(host) !== 0;
  if (url.protocol !== 'https:') {
    const loopback = host === 'localhost' || (literal && holds(LOOPBACK, host));
    if (url.protocol !== 'http:' || !loopback) throw refused(text, 'only https, or http to a loopback address');
  }
  if (literal && !rule.allows(host)) throw refused(text, 'the address is not public');
  if (host === 'localhost' && !rule.allows('127.0.0.1')) throw refused(text, 'the address is not public');
  return url;
}

/** Host of a URL without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * Looks a name up for a connection and answers allowed addresses only. What was checked is what is connected to: a name that
 * changes between two look-ups (DNS rebinding) gains nothing.
 */
export function guardedLookup(rule: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = found.filter(({ address }) => rule.allows(address));
      const [first] = allowed;
      if (first === undefined) {
        return callback(new Error(`${hostname} stands for no address that the node sends events to`), '', 0);
      }
      if (options.all === true) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}

function networks(list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const network of list) {
    if (!isNetwork(network)) throw new RangeError(`${network} is no network such as 10.20.0.0/16`);
    const [address = '', bits] = network.split('/');
    blocks.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return blocks;
}

function holds(list: BlockList, text: string): boolean {
  // Without the zone of a link-local address (RFC 4007), which the list does not know.
  const address = text.split('%')[0] ?? text;
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

function refused(address: string, why: string) {
  return eventProblem('WEBHOOK_URL_REFUSED', `${address.slice(0, 200)}: ${why}`);
}
