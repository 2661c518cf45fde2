import { describe, expect, it } from 'vitest';
import { heading, type Stage } from '../stage.ts';

export function sessionCases(stage: Stage): void {
  describe('signing in', () => {
    it('takes a token through the page, keeps it out of reach of scripts, and goes where the reader wanted to go', async () => {
      const page = await stage.open('/drilldown?entity=DE02', { roles: false });
      await heading(page, 'Sign in').waitFor();
      await page.getByLabel('One-time code or access token').fill(await stage.node.token());
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: /Domains of Boreal East/ }).waitFor();
      const cookies = await page.context().cookies();
      expect(cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, 'Strict']]);
      expect(
        await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])'),
      ).not.toMatch(/eyJ/);
    });

    it('works at once by a link, which is good once', async () => {
      const link = stage.node.link();
      const page = await stage.open(link, { roles: false });
      await heading(page, 'Overview').waitFor();
      await page.goto(link);
      await heading(page, 'Overview').waitFor();
      const again = await stage.open(link, { roles: false });
      await again.getByRole('alert').getByText('SIGN_IN_REFUSED').waitFor();
    });

    it('ends: the figures are gone, the session is closed at the node, and the next page asks again', async () => {
      const page = await stage.open('/', { ownSession: true });
      await page.getByRole('button', { name: 'Sign out' }).click();
      await heading(page, 'Sign in').waitFor();
      expect(await page.getByText('Boreal North').count()).toBe(0);
      expect((await page.request.get('/session')).status()).toBe(401);
      await page.goto('/domains');
      await heading(page, 'Sign in').waitFor();
      expect(new URL(page.url()).searchParams.get('next')).toBe('/domains');
    });

    it('ends by itself: the reader is told, signs in again, and goes on where the work was', async () => {
      const page = await stage.open('/domains', { ownSession: true });
      await page.getByRole('link', { name: /Boreal North, Databases/ }).waitFor();
      await page.context().clearCookies();
      await page.getByRole('button', { name: 'Previous month' }).click();
      await page.getByText('Your session has ended.').waitFor();
      await page.getByLabel('One-time code or access token').fill(await stage.node.token());
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Domains by cost in March 2025' }).waitFor();
    });

    it('shows the problem of whoever may not read the group', async () => {
      const page = await stage.open('/', { roles: ['nobody'] });
      const alert = page.getByRole('alert');
      await alert.getByText('FORBIDDEN').waitFor();
      await expect.poll(() => alert.textContent()).toMatch(/What to do:.*Reference [0-9a-f-]{36}/);
    });
  });
}
