import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/queries.ts';

/** Whether the reader governs the group: only then are there buttons that change something. The node asks again. */
export function useGoverns(): boolean {
  const { data: session } = useQuery(sessionQuery);
  return session?.roles.includes('group.admin') === true;
}
