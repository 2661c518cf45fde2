import { describe, expect, it } from 'vitest';
import { isPattern, lineAmount, matchesLine } from './match.ts';

const settings = { defaultAccounts: ['6*', '7*'], neverJournals: ['AN', 'CL*'], neverAccounts: ['658000'] };

describe('which lines a rule splits', () => {
  it.each([
    ['the accounts of the rule', { accounts: ['61*'] }, '613200', 'ACH', true],
    ['no other account', { accounts: ['61*'] }, '622600', 'ACH', false],
    ['one account by its code', { accounts: ['613200'] }, '613200', 'ACH', true],
    ['no account that only begins like a code', { accounts: ['6132'] }, '613200', 'ACH', false],
    ['no exception', { accounts: ['6*'], except: ['609*'] }, '609100', 'ACH', false],
    ['default accounts where the rule names none', undefined, '706000', 'VTE', true],
    ['no balance sheet account by default', {}, '401000', 'ACH', false],
    ['default accounts with the journals of the rule', { journals: ['ACH'] }, '613200', 'VTE', false],
    ['no opening journal', { accounts: ['6*'] }, '613200', 'AN', false],
    ['no closing journal', { accounts: ['6*'], journals: ['CLO'] }, '613200', 'CLO', false],
    ['no rounding account', { accounts: ['6*'] }, '658000', 'ACH', false],
  ])('%s', (_name, match, account, journal, expected) => {
    expect(matchesLine(match, { account, journal }, settings)).toBe(expected);
  });

  it('knows a pattern from what matches everything or nothing', () => {
    expect(['6*', '613200', 'CC-1'].every(isPattern)).toBe(true);
    expect(['*', '6*1', '6**', '', '6 *'].some(isPattern)).toBe(false);
  });

  it('takes debit minus credit', () => {
    expect(lineAmount(0n, 1250n)).toBe(-1250n);
  });
});
