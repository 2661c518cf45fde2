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
