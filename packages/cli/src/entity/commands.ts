import type { Command } from 'commander';
import { addGroup, type Shell } from '../terminal/command.ts';
import { entityExplainCommand } from './explain.ts';
import { entityImportCommands } from './import.ts';
import { entityInitCommand } from './init.ts';
import { entityJoinCommand } from './join.ts';
import { entityKeysCommands } from './keys.ts';
import { entityPublishCommand } from './publish.ts';
import { entityReportCommands } from './report.ts';
import { entityRunCommand } from './run.ts';

/** `prorata entity …`, in the order of a month. */
export function entityCommands(program: Command, shell: Shell): void {
  const entity = addGroup(program, 'entity', 'the entity node: bills, mapping, monthly facts, bundles');
  entityInitCommand(entity, shell);
  entityJoinCommand(entity, shell);
  entityKeysCommands(entity, shell);
  entityImportCommands(entity, shell);
  entityRunCommand(entity, shell);
  entityReportCommands(entity, shell);
  entityExplainCommand(entity, shell);
  entityPublishCommand(entity, shell);
}
