import type { Command } from 'commander';
import { addGroup, type Shell } from '../terminal/command.ts';
import { entityDriversCommand } from './drivers-finops.ts';
import { entityExplainCommand } from './explain.ts';
import { entityImportCommands } from './import.ts';
import { entityInitCommand } from './init.ts';
import { entityJoinCommand } from './join.ts';
import { entityKeysCommands } from './keys.ts';
import { entityMappingCommands } from './mapping.ts';
import { entityPeriodCommands } from './periods.ts';
import { entityPricesCommands } from './prices.ts';
import { entityPublicationsCommands } from './publications.ts';
import { entityPublishCommand } from './publish.ts';
import { entityReferencesCommands } from './references.ts';
import { entityReportCommands } from './report.ts';
import { entityRulesCommands } from './rules.ts';
import { entityRunCommand } from './run.ts';
import { entityRunsCommands } from './runs.ts';

/** `prorata entity …`, in the order of a month. */
export function entityCommands(program: Command, shell: Shell): void {
  const entity = addGroup(program, 'entity', 'the entity node: bills, mapping, monthly facts, bundles');
  entityInitCommand(entity, shell);
  entityJoinCommand(entity, shell);
  entityKeysCommands(entity, shell);
  entityImportCommands(entity, shell);
  entityReferencesCommands(entity, shell);
  entityMappingCommands(entity, shell);
  entityPricesCommands(entity, shell);
  entityRulesCommands(entity, shell);
  entityDriversCommand(entity, shell);
  entityRunCommand(entity, shell);
  entityRunsCommands(entity, shell);
  entityReportCommands(entity, shell);
  entityExplainCommand(entity, shell);
  entityPeriodCommands(entity, shell);
  entityPublishCommand(entity, shell);
  entityPublicationsCommands(entity, shell);
}
