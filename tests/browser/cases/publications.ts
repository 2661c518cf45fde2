import { sampleBundle } from '@prorata/contract/testing';
import { receive } from '@prorata/group';
import { describe, expect, it } from 'vitest';
import type { Stage } from '../stage.ts';

export function publicationCases(stage: Stage): void {
  describe('completeness', () => {
    it('shows what is missing, and the difference of two revisions', async () => {
      const page = await stage.open('/publications');
      await page.getByText('11 of 12 publications are in').waitFor();
      expect(await page.getByText('Boreal Isles, April 2025: not published').count()).toBe(1);
      await page.getByRole('link', { name: 'Boreal North, January 2025: rev. 2, Closed' }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByRole('heading', { name: /Revision 2/ }).waitFor();
      await drawer.getByText('1 fact differs').waitFor();
      await expect
        .poll(() => drawer.getByRole('row').last().textContent())
        .toMatch(/Cache.*Changed€3,000\.00€3,001\.00€1\.00$/);
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'detached' });
      expect(new URL(page.url()).search).toBe('');
    });
  });

  describe('hundreds of entities', () => {
    it('are in the page as far as they are seen, each with its place among all', async () => {
      const page = await stage.open('/nowhere');
      // The node's own answer, with as many entities as a large group has.
      await page.route('**/api/group/completeness**', async (route) => {
        const answer = await route.fetch();
        const json = (await answer.json()) as { rows: { entity: string }[] };
        const [one] = json.rows;
        const of = json.rows.filter(({ entity }) => entity === one?.entity);
        const rows = Array.from({ length: 400 }, (_, index) => {
          const code = `E${String(index + 1).padStart(3, '0')}`;
          return of.map((row) => ({ ...row, entity: code, label: `Entity ${code}` }));
        }).flat();
        await route.fulfill({ response: answer, json: { ...json, rows } });
      });
      await page.goto('/publications');
      const table = page.getByRole('table').first();
      await table.getByText('Entity E001').waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe('401');
      expect(await table.getByRole('row').count()).toBeLessThan(60);
      await table.locator('xpath=..').evaluate((region) => {
        (region as unknown as { scrollTop: number }).scrollTop = 1_000_000;
      });
      await table.getByText('Entity E400').waitFor();
      const last = table.getByRole('row').filter({ hasText: 'Entity E400' });
      expect(await last.getAttribute('aria-rowindex')).toBe('401');
    });
  });

  describe('a bundle that was refused', () => {
    it('is listed with its reason', async () => {
      const { bytes } = await sampleBundle();
      await expect(receive(stage.node.group, { file: bytes, name: 'stranger.zip' })).rejects.toMatchObject({
        code: 'KEY_UNKNOWN',
      });
      const page = await stage.open('/publications');
      const refused = page.getByRole('region', { name: 'Bundles that were refused' });
      await expect.poll(() => refused.getByRole('row').last().textContent()).toMatch(/stranger\.zip.*KEY_UNKNOWN/);
      // The node tells it again for who changes the language; nothing of it is English then.
      await page.getByText('FR', { exact: true }).click();
      const french = page.getByRole('region', { name: 'Envois refusés' }).getByRole('row').last();
      const said =
        /La clé de signature est inconnue.*Aucune entité n’est inscrite avec la clé.*Inscrivez l’entité avec cette clé/;
      await expect.poll(() => french.textContent()).toMatch(said);
      await french.getByText('Rapport').click();
      await french.getByRole('listitem').getByText('Aucune entité n’est inscrite').waitFor();
      expect(await french.locator('[lang=en]').count()).toBe(0);
    });
  });
}
