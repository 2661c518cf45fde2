import type { RequestContext, Tx } from '@prorata/platform';
import type { RuleInForce } from '../indirect/chains.ts';
import type { LoadedMapping } from '../mapping/document.ts';
import type { EntityNode } from '../node/entity.ts';

/** First three parameters of every statement about a month: whose it is, and its first day (YYYY-MM-01). */
export type MonthKey = readonly [tenantId: string, legalEntityId: string, firstDay: string];

/** Rows and money of one currency; decimal texts. */
export interface MoneyTotal {
  readonly currency: string;
  readonly rows: number;
  readonly cost_effective: string;
  readonly cost_billed: string;
  /** Quantity × price of the month's Pricing View; null where nothing has a price, absent where no facts are counted. */
  readonly cost_standard?: string | null;
}

export interface RunWarning {
  readonly code: string;
  readonly detail: string;
}

/** A month being computed: everything that a step may look at. All steps of a month work in one transaction. */
export interface MonthRun {
  readonly tx: Tx;
  readonly entity: EntityNode;
  readonly context: RequestContext;
  /** YYYY-MM */
  readonly month: string;
  readonly key: MonthKey;
  readonly runId: string;
  readonly mapping: LoadedMapping;
  /** Rules to try, in order, in place of those in force. */
  readonly rules?: readonly RuleInForce[];
}

/** What a step took and what it made; stored with the run and shown. */
export interface StepOutcome {
  readonly rows_in: number;
  readonly rows_out: number;
  /** What stands in the facts after the step, or what a step that makes no facts looked at. */
  readonly money: readonly MoneyTotal[];
  readonly warnings: readonly RunWarning[];
  /** Rows that the step could not place; a step that cannot go on throws a problem instead. */
  readonly errors: number;
}

export type StepName = 'MAPPING' | 'DIRECT' | 'MEASURED' | 'VALUATION' | 'INDIRECT' | 'CHECK' | 'ADJUSTMENT';

/** One step of the monthly batch. It finds the facts as the steps before left them, and adds or values facts. */
export interface BatchStep {
  readonly name: StepName;
  run(run: MonthRun): Promise<StepOutcome>;
}
