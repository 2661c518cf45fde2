import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { api } from '../api/client.ts';

/** Ends the session at the node, forgets every figure that was loaded, and goes to the sign-in page. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useCallback(() => {
    const leave = () => {
      client.clear();
      void navigate({ to: '/sign-in', search: ({ lang }) => (lang === undefined ? {} : { lang }) });
    };
    // Figures leave the screen even when the node cannot be reached; the cookie then ends by itself.
    api.DELETE('/session').then(({ data }) => {
      leave();
      // The identity provider has a session of its own, which ends there.
      if (data !== undefined) window.location.assign(data.continue_at);
    }, leave);
  }, [client, navigate]);
}
