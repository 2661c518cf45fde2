import { PLUGIN_FRENCH } from '../i18n/problems.fr.ts';
import { defineProblems } from '../problem/problem.ts';

/** What a node refuses about its plugins, and what a plugin may answer. */
export const pluginProblem = defineProblems(
  {
    PLUGIN_NOT_FOUND: {
      status: 500,
      title: 'A plugin of the node is not where prorata.yaml says',
      next: 'Correct the path under "plugins" in prorata.yaml, or remove the entry.',
    },
    PLUGIN_INVALID: {
      status: 500,
      title: 'A plugin is not as its manifest has to say',
      next: 'Correct plugin.json, the module or the migrations as the detail says; nothing of the plugin was loaded.',
    },
    PLUGIN_STATEMENT_REFUSED: {
      status: 500,
      title: 'A plugin asked the database for something that no plugin may',
      next: 'A plugin reads in its own scope and writes its own tables only, one plain statement at a time.',
    },
    PLUGIN_SCOPE_LEFT: {
      status: 500,
      title: 'A plugin left the scope that it was given',
      next: 'Nothing was answered or kept. Disable the plugin and report it to its author.',
    },
    PLUGIN_REFUSED: {
      status: 422,
      title: 'The plugin refuses the request',
      next: 'The detail and "reason" come from the plugin; its own documentation says what to do.',
    },
  },
  PLUGIN_FRENCH,
);
