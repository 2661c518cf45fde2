import type { Command } from 'commander';
import { addGroup, type Shell } from '../terminal/command.ts';
import { groupAccessCommands } from './access.ts';
import { groupDisciplineCommands } from './discipline.ts';
import { groupEnrolCommand } from './enrol.ts';
import { groupEntityCommands } from './entities.ts';
import { groupFxCommands } from './fx.ts';
import { groupInitCommand } from './init.ts';
import { groupKeysCommands } from './keys.ts';
import { groupPeriodCommands } from './periods.ts';
import { groupPolicyCommands } from './policy.ts';
import { groupPriceCommands } from './prices.ts';
import { groupPublicationCommands } from './publications.ts';
import { groupQuarantineCommands } from './quarantine.ts';
import { groupReceiveCommand } from './receive.ts';
import { groupReferencesCommands } from './references.ts';
import { groupReportCommands } from './report.ts';
import { groupScaleCommands } from './scale.ts';
import { groupViewCommands } from './views.ts';
import { groupWaysInCommands } from './ways-in.ts';

/** `prorata group …`, in the order in which a group comes to life. */
export function groupCommands(program: Command, shell: Shell): void {
  const group = addGroup(program, 'group', 'the group node: entities, references, rates, bundles, reports');
  groupInitCommand(group, shell);
  groupEnrolCommand(group, shell);
  groupEntityCommands(group, shell);
  groupKeysCommands(group, shell);
  groupAccessCommands(group, shell);
  groupReferencesCommands(group, shell);
  groupFxCommands(group, shell);
  groupPriceCommands(group, shell);
  groupPolicyCommands(group, shell);
  groupReceiveCommand(group, shell);
  groupWaysInCommands(group, shell);
  groupQuarantineCommands(group, shell);
  groupPublicationCommands(group, shell);
  groupReportCommands(group, shell);
  groupPeriodCommands(group, shell);
  groupDisciplineCommands(group, shell);
  groupViewCommands(group, shell);
  groupScaleCommands(group, shell);
}
