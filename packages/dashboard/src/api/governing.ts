import { answer, api } from './client.ts';
import type { MemberChange, PolicyChange } from './types.ts';

// What whoever governs the group can do from a page. Each is one request; the node checks the role again.

/** Locks a month; with a reason where not every entity has closed it. */
export function lockMonth(month: string, reason: string | undefined) {
  const body = reason === undefined ? {} : { reason };
  return answer(api.POST('/api/group/periods/{month}/lock', { params: { path: { month } }, body }));
}

/** Lets a locked month take revisions again. */
export function reopenMonth(month: string, reason: string) {
  return answer(api.POST('/api/group/periods/{month}/reopen', { params: { path: { month } }, body: { reason } }));
}

/** A file goes out as its own bytes: the node says what is wrong with its text, a browser would guess. */
function bytesOf(file: File) {
  return { body: file.name, bodySerializer: () => file, headers: { 'Content-Type': 'text/csv' } };
}

/**
 * Makes a rate set of a file: the European Central Bank's, or one of another source in that source's base currency; alone, or onto a set
 * whose other rates it keeps.
 */
export function importRates(
  file: File,
  told: { readonly source?: string; readonly base?: string; readonly onto?: string },
) {
  const query = { name: file.name, ...told };
  return answer(api.POST('/api/group/rate-sets', { params: { query }, ...bytesOf(file) }));
}

/** Publishes a file of domains, families and products as the next version of the references. */
export function importReferences(file: File) {
  return answer(api.POST('/api/group/references', { params: { query: { name: file.name } }, ...bytesOf(file) }));
}

/** Imports the prices of a reference view, under the name in the file unless told. */
export function importReferencePrices(file: File, view: string | undefined) {
  const query = { name: file.name, ...(view === undefined ? {} : { view }) };
  return answer(api.POST('/api/group/reference-prices', { params: { query }, ...bytesOf(file) }));
}

/** Changes what is named of how the group takes bundles. */
export function changePolicy(body: PolicyChange) {
  return answer(api.PATCH('/api/group/policy', { body }));
}

/** Says until when a version of the data contract is taken; null for no end. */
export function setContractVersion(version: string, until: string | null) {
  return answer(api.PUT('/api/group/contract-versions/{version}', { params: { path: { version } }, body: { until } }));
}

/** Changes the name, the country or the due day of an entity. */
export function changeMember(entity: string, body: MemberChange) {
  return answer(api.PATCH('/api/group/members/{entity}', { params: { path: { entity } }, body }));
}

/** Ends the publishing of an entity with its last month; its history stays. */
export function deactivateMember(entity: string, lastMonth: string) {
  const body = { last_month: lastMonth };
  return answer(api.POST('/api/group/members/{entity}/deactivate', { params: { path: { entity } }, body }));
}

/** Takes that end away. */
export function reactivateMember(entity: string) {
  return answer(api.POST('/api/group/members/{entity}/reactivate', { params: { path: { entity } } }));
}

/** Takes a refused bundle through the whole intake again. */
export function replayQuarantined(id: string) {
  return answer(api.POST('/api/group/quarantine/{id}/replay', { params: { path: { id } } }));
}

/** Lets a refused bundle go; its report stays. */
export function discardQuarantined(id: string, reason: string) {
  return answer(api.POST('/api/group/quarantine/{id}/discard', { params: { path: { id } }, body: { reason } }));
}
