import { generateSigningKey } from '@prorata/contract';
import { sampleBundle } from '@prorata/contract/testing';
import { receive } from '@prorata/group';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ratesFile } from '../sample-facts.ts';
import { heading, type Stage } from '../stage.ts';
import { barriersOf } from './places.ts';

export function governanceCases(stage: Stage): void {
  describe('governance', () => {
    it('locks a month with a reason, marks what is refused since, and reopens it, for whoever governs', async () => {
      const page = await stage.open('/governance', { roles: ['group.admin'] });
      await page.getByRole('button', { name: 'Lock April 2025' }).click();
      const dialog = page.getByRole('dialog', { name: 'Lock April 2025' });
      await dialog.getByText(/Not closed by .*Boreal Isles/).waitFor();
      expect(await dialog.getByRole('button', { name: 'Lock' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Reason').fill('The board meets tomorrow');
      // The node takes its time: the reader has gone on to another dialog, which is nobody's to close but his.
      const held = Promise.withResolvers<void>();
      await page.route('**/periods/2025-04/lock', async (route) => {
        await held.promise;
        await route.continue();
      });
      await dialog.getByRole('button', { name: 'Lock' }).click();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Lock March 2025' }).click();
      const other = page.getByRole('dialog', { name: 'Lock March 2025' });
      await other.waitFor();
      held.resolve();
      await page.getByText('The board meets tomorrow').waitFor();
      expect(await other.count()).toBe(1);
      await page.keyboard.press('Escape');
      const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'April 2025' }) });
      await row.getByText('The board meets tomorrow').waitFor();
      // What is refused from now on is seen where the months of all entities are.
      await expect(stage.node.restate('DE02', '2025-04')).rejects.toMatchObject({ code: 'PERIOD_LOCKED' });
      const grid = await stage.open('/publications');
      await grid.getByRole('link', { name: /^Boreal East, April 2025: rev\. 1, .*the entity has rev\. 2/ }).waitFor();
      await row.getByRole('button', { name: 'Reopen April 2025' }).click();
      const again = page.getByRole('dialog', { name: 'Reopen April 2025' });
      await again.getByLabel('Reason').fill('Boreal Isles is still to come');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Lock April 2025' }).waitFor();
    });

    it('imports rates, and says which line of a file is wrong', async () => {
      const page = await stage.open('/governance?tab=rates', { roles: ['group.admin'] });
      await page.getByRole('button', { name: 'Import rates' }).click();
      const dialog = page.getByRole('dialog', { name: 'Import rates' });
      const bring = async (text: string) => {
        const file = { name: 'rates.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
        await dialog.locator('input[type=file]').setInputFiles(file);
        await dialog.getByRole('button', { name: 'Import', exact: true }).click();
      };
      expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
      await bring(ratesFile().replace('0.8,0.95', 'much,0.95'));
      await dialog.getByRole('alert').getByText(/much/).waitFor();
      await dialog.getByText('RATES_INVALID').waitFor();
      expect(await dialog.locator(':focus').getAttribute('role')).toBe('alert');
      await bring(ratesFile());
      await dialog.getByText('This file had been imported before: it is rate set 1.').waitFor();
      // Whoever has no pointer goes on from what was told.
      expect(await dialog.locator(':focus').textContent()).toBe('Close');
      expect(await barriersOf(page)).toEqual([]);
    });

    it('completes the rates in use with another source, and says which currency a file takes away', async () => {
      const page = await stage.open('/governance?tab=rates', { roles: ['group.admin'] });
      const bring = async (text: string, fill: (dialog: Locator) => Promise<void>) => {
        await page.getByRole('button', { name: 'Import rates' }).click();
        const dialog = page.getByRole('dialog', { name: 'Import rates' });
        const file = { name: 'rates.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
        await dialog.locator('input[type=file]').setInputFiles(file);
        await fill(dialog);
        await dialog.getByRole('button', { name: 'Import', exact: true }).click();
        const told = (await dialog.getByRole('status').or(dialog.getByRole('alert')).textContent()) ?? '';
        await dialog.getByRole('button', { name: 'Close' }).last().click();
        await dialog.waitFor({ state: 'detached' });
        return told;
      };
      const completed = await bring('month,currency,rate\n2025-04,TND,3.3\n', async (dialog) => {
        await dialog.getByLabel('Source').fill('BCT');
        await dialog.getByLabel('Base currency').fill('EUR');
        await dialog.getByLabel('Complete the rates in use').check();
      });
      expect(completed).toContain('Rate set 2: 3 currencies, January 2025 to May 2025.');
      expect(completed).not.toContain('also held');
      const [head, ...days] = ratesFile().split('\n');
      const alone = await bring([head, '2025-05-05,0.8,0.95,', ...days].join('\n'), async () => {});
      expect(alone).toContain('The set before also held TND: costs in these have no rate in this one.');
    });

    it('publishes references, and says what the version changed, in French', async () => {
      const page = await stage.open('/governance?tab=references&lang=fr', { roles: ['group.admin'] });
      const words = [
        ...['Compute', 'Databases', 'Storage', 'Other'].map((code) => `domain,${code},${code}`),
        'product,Cache,Cache,Databases,Hours',
      ];
      for (const lines of [words, [...words, 'domain,Mainframe,Grands systèmes']]) {
        await page.getByRole('button', { name: 'Importer des référentiels' }).click();
        const dialog = page.getByRole('dialog', { name: 'Importer des référentiels' });
        const buffer = Buffer.from(['kind,code,label,domain,unit', ...lines].join('\n'));
        await dialog
          .locator('input[type=file]')
          .setInputFiles({ name: 'references.csv', mimeType: 'text/csv', buffer });
        await dialog.getByRole('button', { name: 'Importer', exact: true }).click();
        await dialog.getByRole('status').waitFor();
        await dialog.getByRole('button', { name: 'Fermer' }).last().click();
        await dialog.waitFor({ state: 'detached' });
      }
      const changes = page.getByRole('table', { name: 'Ce qui a changé entre deux versions' });
      const row = changes.getByRole('row').filter({ hasText: 'Mainframe' });
      expect((await row.getByRole('cell').allInnerTexts()).join(' ')).toBe('Domaine Ajouté – Grands systèmes');
    });

    it('imports the prices of a reference view, and says which line of a file is wrong, in French', async () => {
      const page = await stage.open('/governance?tab=prices&lang=fr', { roles: ['group.admin'] });
      await page.getByRole('button', { name: 'Importer des prix' }).click();
      const dialog = page.getByRole('dialog', { name: 'Importer des prix' });
      const head = 'product,unit,currency,unit_price';
      const bring = async (line: string) => {
        const file = { name: 'prices.csv', mimeType: 'text/csv', buffer: Buffer.from(`${head}\n${line}\n`) };
        await dialog.locator('input[type=file]').setInputFiles(file);
        await dialog.getByRole('button', { name: 'Importer', exact: true }).click();
      };
      await bring('Cache,Hours,EUR,cheap');
      const refusal = dialog.getByRole('alert');
      await refusal.getByText('Le fichier des prix de référence n’est pas valide').waitFor();
      // What the node says of this one line is French too.
      await refusal.getByText(/^ligne 2 : « .*» n’est pas/).waitFor();
      expect(await refusal.locator('[lang=en]').count()).toBe(0);
      await dialog.getByLabel('Nom de la vue').fill('CATALOGUE');
      await bring('Cache,Hours,EUR,0.5');
      await dialog.getByText('Vue CATALOGUE, jeu 1 : 1 produit.').waitFor();
      await dialog.getByRole('button', { name: 'Fermer' }).last().click();
      await page.getByRole('table', { name: 'Vues de référence du groupe' }).getByText('CATALOGUE').waitFor();
    });

    it('decides how bundles are taken, and for how long a version of the contract', async () => {
      const page = await stage.open('/governance?tab=contract', { roles: ['group.admin'] });
      const policy = page.getByRole('region', { name: 'How bundles are taken' });
      for (const word of ['Refused', 'Taken as local to the entity, and counted']) {
        await page.getByRole('button', { name: 'Change how bundles are taken' }).click();
        const dialog = page.getByRole('dialog', { name: 'Change how bundles are taken' });
        expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
        await dialog.getByLabel('Unknown products').selectOption({ label: word });
        await dialog.getByRole('button', { name: 'Save' }).click();
        await dialog.waitFor({ state: 'detached' });
        await policy.getByText(word, { exact: true }).waitFor();
      }
      await page.getByRole('button', { name: 'Change version 1.0 of the contract' }).click();
      const version = page.getByRole('dialog', { name: 'Change version 1.0 of the contract' });
      await version.getByLabel('No end').uncheck();
      await version.getByLabel('Taken until').fill('2099-12-31');
      await version.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('cell', { name: /31 Dec 2099/ }).waitFor();
    });

    it('changes an entity, ends its publishing, and takes it up again', async () => {
      const page = await stage.open('/governance?tab=entities', { roles: ['group.admin'] });
      const members = page.getByRole('table', { name: 'Entities of the group' });
      await page.getByRole('button', { name: 'Change Boreal Isles' }).click();
      const dialog = page.getByRole('dialog', { name: 'Change Boreal Isles' });
      expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Due day').selectOption('20');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.waitFor({ state: 'detached' });
      await members.getByRole('row').filter({ hasText: 'Boreal Isles' }).getByText('20', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'End the publishing of Boreal Isles' }).click();
      await page.getByRole('dialog').getByLabel('Last month').selectOption('2025-04');
      await page.getByRole('button', { name: 'End', exact: true }).last().click();
      await members.getByText('Apr 2025').waitFor();
      await page.getByRole('button', { name: 'Take up again the publishing of Boreal Isles' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Take up again' }).click();
      await members.getByText('Apr 2025').waitFor({ state: 'detached' });
    });

    it('tries a refused bundle again, and discards it with a reason', async () => {
      const { bytes } = await sampleBundle({ key: generateSigningKey() });
      const refused = receive(stage.node.group, { file: bytes, name: 'foreign.zip' });
      await expect(refused).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
      const page = await stage.open('/governance?tab=refused', { roles: ['group.admin'] });
      await page.getByRole('button', { name: 'Try again: foreign.zip' }).click();
      const again = page.getByRole('dialog', { name: 'Try again: foreign.zip' });
      await again.getByRole('button', { name: 'Try again', exact: true }).click();
      await again.getByText('KEY_UNKNOWN').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Discard foreign.zip' }).click();
      const discard = page.getByRole('dialog', { name: 'Discard foreign.zip' });
      await discard.getByLabel('Reason').fill('It is of no entity of ours');
      await discard.getByRole('button', { name: 'Discard' }).click();
      await page.getByRole('row').filter({ hasText: 'foreign.zip' }).getByText('Discarded', { exact: true }).waitFor();
      await page.getByText('It is of no entity of ours').waitFor();
      expect(await page.getByRole('button', { name: /foreign/ }).count()).toBe(0);
    });

    it('lets a reader read and change nothing', async () => {
      const page = await stage.open('/governance?lang=fr');
      await heading(page, 'Gouvernance').waitFor();
      await page.getByRole('rowheader', { name: 'avril 2025' }).waitFor();
      expect(await page.getByRole('button', { name: /Verrouiller/ }).count()).toBe(0);
      for (const part of ['Référentiels', 'Contrat', 'Envois refusés']) {
        await page.getByText(part, { exact: true }).first().click();
        await page.getByRole('heading', { level: 2 }).first().waitFor();
        expect(await page.getByRole('button', { name: /Importer|Modifier|Réessayer|Écarter/ }).count()).toBe(0);
      }
      await page.getByText('Taux', { exact: true }).click();
      await page.getByRole('table', { name: 'Taux vers EUR par mois' }).getByText('provisoire').waitFor();
      await page.getByText('Entités', { exact: true }).last().click();
      await page.getByRole('table', { name: 'Discipline' }).getByText('Boreal Isles').waitFor();
    });

    it('shows a hundred thousand rows by those that are seen', async () => {
      const page = await stage.open('/nowhere');
      // The node's own answer, with as many products as a large group may have.
      await page.route('**/api/group/references', async (route) => {
        const answer = await route.fetch();
        const product = { label: 'One of many', active: true, domain: 'COMPUTE', family: null, unit: 'Hours' };
        const products = Array.from({ length: 100_000 }, (_, index) => ({ ...product, code: `P${index + 1}` }));
        await route.fulfill({ response: answer, json: { ...(await answer.json()), products } });
      });
      await page.goto('/governance?tab=references');
      const table = page.getByRole('table', { name: 'Products of the group' });
      await table.getByText('P1', { exact: true }).waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe('100001');
      expect(await table.getByRole('row').count()).toBeLessThan(100);
      const region = page.getByRole('region', { name: 'Products of the group' }).last();
      await region.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await table.getByText('P100000', { exact: true }).waitFor();
      // Paper has no scrolling: what fits a print-out is on it, and how much there is besides.
      await page.emulateMedia({ media: 'print' });
      await page.getByText('The first 2000 of 100000 rows. The CSV has them all.').waitFor();
      expect(await table.getByRole('row').count()).toBe(2001);
    });
  });
}
