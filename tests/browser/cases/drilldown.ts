import { describe, expect, it } from 'vitest';
import { rowOf, type Stage } from '../stage.ts';
import { tabTo } from '../visit.ts';

export function drilldownCases(stage: Stage): void {
  describe('which entity costs most, and which product of which application is why', () => {
    it('is found in five clicks, with one total on the way down', async () => {
      const page = await stage.look('/');
      await page.getByRole('link', { name: /^Boreal North/ }).click();
      await page.getByRole('link', { name: 'Databases' }).click();
      await page.getByRole('link', { name: 'Shop' }).click();
      await page.getByRole('heading', { name: /Products of Shop/ }).waitFor();
      await page.getByText('Indirect').first().waitFor();
      expect(await rowOf(page, 'Relational database Where the amount of Relational database comes from')).toEqual([
        '10,000',
        'Hours',
        'Direct',
        '€19,500.00',
        '79.4%',
        '+8.3%',
      ]);
      expect(await rowOf(page, 'Backup Where the amount of Backup comes from')).toEqual([
        '1',
        'share',
        'Indirect',
        '€1,170.00',
        '4.8%',
        '+8.3%',
      ]);
      expect((await rowOf(page, 'Total')).filter((text) => text !== '')).toEqual(['€24,570.00']);
      const steps = page.getByRole('navigation', { name: 'Where you are' }).getByRole('listitem');
      expect((await steps.allInnerTexts()).map((text) => text.split('\n').filter((line) => line !== ''))).toEqual([
        ['Group · Boreal', '€86,125.00'],
        ['Boreal North', '€51,675.00 · 60.0%'],
        ['Databases', '€30,420.00 · 35.3%'],
        ['Shop', '€24,570.00 · 28.5%'],
      ]);
    });

    it('is found without a mouse', async () => {
      const page = await stage.open('/');
      for (const [name, title] of [
        [/^Boreal North/, 'Domains of Boreal North'],
        ['Databases', 'Applications of Databases'],
        ['Shop', 'Products of Shop'],
      ] as const) {
        await tabTo(page, 'link', name);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: title }).waitFor();
      }
    });

    it('is found from the heat map too, and the way back up is one click', async () => {
      const page = await stage.look('/domains');
      await page.getByRole('link', { name: 'Boreal North, Databases: €30,420. Drill down' }).click();
      await page.getByRole('heading', { name: 'Applications of Databases' }).waitFor();
      await page.getByRole('link', { name: 'Group · Boreal' }).click();
      await page.getByRole('heading', { name: 'Entities of Boreal' }).waitFor();
      expect((await rowOf(page, 'Total')).filter((text) => text !== '')).toEqual(['€86,125.00']);
    });
  });
}
