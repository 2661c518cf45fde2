import { adjustmentStep } from '../closing/adjustment-step.ts';
import { indirectStep } from '../indirect/indirect-step.ts';
import { measuredStep } from '../measured/measured-step.ts';
import { valuationStep } from '../pricing/valuation-step.ts';
import { checkStep } from './check.ts';
import { focusSteps } from './direct.ts';
import type { BatchStep } from './step.ts';

/**
 * The monthly batch, in order. The facts of the month are empty before the first step. Direct facts are valued before they are
 * the base of indirect ones, and those after they are made.
 */
export function monthSteps(): readonly BatchStep[] {
  return [
    ...focusSteps(),
    measuredStep,
    valuationStep('DIRECT'),
    indirectStep,
    valuationStep('INDIRECT'),
    checkStep,
    adjustmentStep,
  ];
}
