import { describe, expect, it } from 'vitest';
import { heading, rowOf, type Stage } from '../stage.ts';

/** No-break spaces as spaces: which of the two stands where is the locale's. */
const plain = (texts: readonly string[]): string[] => texts.map((text) => text.replace(/[\u00a0\u202f]/g, ' '));

/** Each use case once more, read in French; the English twins stand in the files of their topics. */
export function frenchCases(stage: Stage): void {
  describe('in French', () => {
    it('the costliest entity, application and product are found in five clicks', async () => {
      const page = await stage.open('/?lang=fr');
      await heading(page, 'Vue d’ensemble').waitFor();
      await page.getByRole('link', { name: /^Boreal North/ }).click();
      await page.getByRole('heading', { name: 'Domaines : Boreal North' }).waitFor();
      await page.getByRole('link', { name: 'Databases' }).click();
      await page.getByRole('link', { name: 'Shop' }).click();
      await page.getByRole('heading', { name: 'Produits : Shop' }).waitFor();
      await page.getByRole('link', { name: 'D’où vient ce montant : Backup' }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByText('inducteur', { exact: true }).waitFor();
      expect(plain([(await drawer.textContent()) ?? ''])[0]).toMatch(
        /Part \(poids\)100,00 %.*RègleBackup by head count backupVersion1Répartition parinducteurInducteurhead count, avril 2025/,
      );
    });

    it('the overview says how well its costs are known', async () => {
      const page = await stage.open('/?month=2025-03&lang=fr');
      await page.getByText('Total en mars 2025').waitFor();
      expect(plain(await rowOf(page, 'Affecté à des applications')).slice(0, 3)).toEqual([
        '91,3 %',
        '90 750 €',
        '99 375 €',
      ]);
      await page.getByText('Publications pour mars 2025').first().waitFor();
    });

    it('entities and domains are ranked, each with its page', async () => {
      const page = await stage.open('/entities?lang=fr');
      await page.getByRole('heading', { name: 'Entités par coût en avril 2025' }).waitFor();
      await page.getByRole('link', { name: /^Boreal East/ }).click();
      await heading(page, 'Boreal East').waitFor();
      await page.getByText('DE02 · Allemagne · EUR').waitFor();
      await page.getByRole('link', { name: 'Domaines', exact: true }).first().click();
      await heading(page, 'Domaines').waitFor();
      await page.getByRole('link', { name: /^Boreal North, Databases : 30.420.€\. Explorer$/ }).waitFor();
    });

    it('a publication shows what changed, and the rule that did', async () => {
      const page = await stage.open('/publications?at=FR01/2025-01&lang=fr');
      const drawer = page.getByRole('dialog', { name: 'Publications : Boreal North, janvier 2025' });
      await drawer.getByText('1 fait diffère').waitFor();
      await drawer.getByText('Modifié · Backup by head count, version 1 → Backup by head count, version 2').waitFor();
    });

    it('a month is locked and reopened with a reason', async () => {
      const page = await stage.open('/governance?lang=fr', { roles: ['group.admin'] });
      await page.getByRole('button', { name: 'Verrouiller février 2025' }).click();
      const lock = page.getByRole('dialog', { name: 'Verrouiller février 2025' });
      await lock.getByRole('button', { name: 'Verrouiller' }).click();
      await page.getByRole('button', { name: 'Rouvrir février 2025' }).click();
      const reopen = page.getByRole('dialog', { name: 'Rouvrir février 2025' });
      await reopen.getByLabel('Motif').fill('Une correction est attendue');
      await reopen.getByRole('button', { name: 'Rouvrir' }).click();
      await page.getByRole('button', { name: 'Verrouiller février 2025' }).waitFor();
    });
  });
}
