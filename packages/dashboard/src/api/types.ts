import type { operations, paths } from '../generated/group-api.ts';

/** The body of an operation's answer, as the node's OpenAPI description says it. */
type Answer<Name extends keyof operations> = operations[Name] extends {
  responses: { 200: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;

/** What an operation takes, as JSON. */
type Body<Name extends keyof operations> = operations[Name] extends {
  requestBody?: { content: { 'application/json': infer Sent } };
}
  ? Sent
  : never;

export type Session = paths['/session']['get']['responses'][200]['content']['application/json'];
export type MonthsReport = Answer<'groupMonths'>;
export type EntitiesReport = Answer<'groupEntities'>;
export type EntityRow = EntitiesReport['rows'][number];
export type DomainRow = Answer<'groupDomains'>['rows'][number];
export type ApplicationRow = Answer<'groupApplications'>['rows'][number];
export type FamilyRow = Answer<'groupFamilies'>['rows'][number];
export type ProductRow = Answer<'groupProducts'>['rows'][number];
export type MatrixReport = Answer<'groupMatrix'>;
export type MatrixRow = MatrixReport['rows'][number];
export type DrilldownReport = Answer<'groupDrilldown'>;
export type DrilldownRow = DrilldownReport['rows'][number];
export type SearchHit = Answer<'groupSearch'>['rows'][number];
export type Level = DrilldownReport['level'];
export type CompletenessRow = Answer<'groupCompleteness'>['rows'][number];
export type Choices = Answer<'groupFilters'>;
export type ReportQuery = NonNullable<operations['groupMonths']['parameters']['query']>;
export type Publication = Answer<'groupPublicationHistory'>['rows'][number];
export type Difference = Answer<'groupPublicationDifference'>;
export type DifferenceRow = Difference['rows'][number];
export type Compared = Answer<'groupEntityComparison'>;
export type ComparedRow = Compared['rows'][number];
export type UnitCostRow = Answer<'groupUnitCosts'>['rows'][number];
export type Bridge = Answer<'groupBridge'>;
export type BridgeRow = Bridge['rows'][number];
export type Kpi = Answer<'groupKpi'>['rows'][number];
export type TotalExplanation = Answer<'groupExplainTotal'>;
export type TotalPart = TotalExplanation['rows'][number];
export type FactExplanation = Answer<'groupExplain'>;
export type Fact = FactExplanation['fact'];
export type Period = Answer<'groupPeriods'>['rows'][number];
export type Member = Answer<'groupMembers'>['rows'][number];
export type DisciplineRow = Answer<'groupDiscipline'>['entities'][number];
export type ReferenceProduct = Answer<'groupReferences'>['products'][number];
export type ReferenceVersion = Answer<'groupReferenceVersions'>['rows'][number];
export type PricingView = Answer<'groupPricingViews'>['rows'][number];
export type ComparedPrice = Answer<'groupPricesCompared'>['rows'][number];
export type PriceSet = Answer<'groupReferencePrices'>['rows'][number];
export type ContractVersion = Answer<'groupContractVersions'>['rows'][number];
export type RateSet = Answer<'groupRateSets'>['rows'][number];
export type Multiplier = Answer<'groupExchange'>['rows'][number];
export type SavedView = Answer<'groupSavedViews'>['rows'][number];
export type Policy = Answer<'groupPolicy'>;
export type PolicyChange = Body<'changePolicy'>;
export type MemberChange = Body<'changeMember'>;
export type ReferencesThen = Answer<'groupReferencesThen'>;
export type PlaceToday = Answer<'groupReferencesToday'>['rows'][number];
export type Quarantined = Answer<'groupQuarantine'>['rows'][number];
