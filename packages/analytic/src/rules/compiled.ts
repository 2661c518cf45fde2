import { compileRule, type RuleError, type RulePlan } from '@prorata/allocation';
import type { Problem } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import type { References } from './references.ts';

/** A rule of a megabyte may be wrong in each of its thousands of shares: the first ones tell how. */
const MOST_ERRORS = 100;

const plans = new WeakMap<References, Map<string, RulePlan>>();

/**
 * Compiles a rule against the references of its legal entity; the plan of a stored rule is kept as long as they stay the same.
 *
 * @throws Problem `REFERENCE_INACTIVE` when all that is wrong is what was deactivated, otherwise `RULE_INVALID` with every error
 */
export function compiledRule(rule: unknown, references: References, digest?: string): RulePlan {
  const known = plans.get(references) ?? new Map<string, RulePlan>();
  plans.set(references, known);
  const before = digest === undefined ? undefined : known.get(digest);
  if (before !== undefined) return before;
  const { axes, drivers, settings } = references;
  const compiled = compileRule(rule, {
    axes,
    drivers: new Set(drivers.keys()),
    scale: settings.scale,
    hasDefaultAccounts: settings.defaultAccounts.length > 0,
  });
  if (!compiled.ok) throw refusedRule(rule, compiled.errors, references);
  requireDriversOnAxis(compiled.plan, references);
  if (digest !== undefined) known.set(digest, compiled.plan);
  return compiled.plan;
}

function refusedRule(rule: unknown, errors: readonly RuleError[], references: References): Problem {
  const inactive = errors.map((error) => inactiveReference(rule, error, references));
  if (inactive.every((one) => one !== undefined)) {
    const named = inactive.map((one) => (one.dimension === undefined ? one.axis : `${one.axis}/${one.dimension}`));
    return analyticProblem('REFERENCE_INACTIVE', `not active: ${named.join(', ')}`, { inactive });
  }
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return analyticProblem('RULE_INVALID', `${first?.pointer}: ${first?.message}${more}`, {
    errors: errors.slice(0, MOST_ERRORS),
    error_count: errors.length,
  });
}

/** The deactivated axis or dimension that an error is about; undefined for any other error. */
function inactiveReference(rule: unknown, error: RuleError, references: References) {
  const axis = valueAt(rule, `${error.pointer.split('/').slice(0, 3).join('/')}/axis`);
  if (typeof axis !== 'string') return undefined;
  if (error.code === 'AXIS_UNKNOWN') return references.axisIds.has(axis) ? { axis, dimension: undefined } : undefined;
  if (error.code !== 'DIMENSION_UNKNOWN') return undefined;
  const dimension = valueAt(rule, error.pointer);
  if (typeof dimension !== 'string' || references.dimensionIds.get(axis)?.has(dimension) !== true) return undefined;
  return { axis, dimension };
}

function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const member of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[member.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return value;
}

/** A driver weighs the dimensions of one axis; on another its weights would name nothing. */
function requireDriversOnAxis(plan: RulePlan, references: References): void {
  const errors = plan.rule.axes.flatMap((axis, index) => {
    const method = axis.method === 'amount' ? axis.rest : axis;
    if (method.method !== 'driver') return [];
    const own = references.drivers.get(method.driver);
    if (own === undefined || own === axis.axis) return [];
    const pointer = `/axes/${index}/${axis.method === 'amount' ? 'rest/' : ''}driver`;
    return [{ pointer, code: 'DRIVER_UNKNOWN', message: `The driver ${method.driver} weighs the axis ${own}.` }];
  });
  if (errors[0] !== undefined)
    throw analyticProblem('RULE_INVALID', `${errors[0].pointer}: ${errors[0].message}`, { errors });
}
