import type { CommandDefinition, CommandEntry } from './command.ts';
import type { Group } from './description.ts';

/** Every command, in the order of the main help. A command's own file is loaded only when it is run or described. */
export const commands: readonly CommandEntry[] = [
  entry(
    'init',
    'Start',
    'Write a first fairlead.yaml for what this folder holds',
    async () => (await import('./commands/init.ts')).init,
  ),
  entry(
    'demo',
    'Start',
    'Watch Fairlead deploy, heal, refuse and roll back a small shop on this machine',
    async () => (await import('./demo/command.ts')).demo,
  ),
  entry(
    'up',
    'Start',
    'Run the controller: follow a repository and keep what is live as Git says',
    async () => (await import('./commands/up.ts')).up,
  ),
  entry(
    'validate',
    'See',
    'Check the configuration and render every application',
    async () => (await import('./commands/validate.ts')).validate,
  ),
  entry(
    'render',
    'See',
    'Print what applications render to',
    async () => (await import('./commands/render.ts')).render,
  ),
  entry(
    'plan',
    'See',
    'Show what would change to take live to what Git says',
    async () => (await import('./commands/plan.ts')).plan,
  ),
  entry(
    'diff',
    'See',
    'Show the differences between live and Git, field by field',
    async () => (await import('./commands/diff.ts')).diff,
  ),
  entry(
    'get',
    'See',
    'List applications, sources, environments, targets, releases or holds',
    async () => (await import('./commands/get.ts')).get,
  ),
  entry(
    'describe',
    'See',
    'Show everything about one application or one release',
    async () => (await import('./commands/describe.ts')).describe,
  ),
  entry(
    'history',
    'See',
    'List what was released, by whom and how it ended',
    async () => (await import('./commands/history.ts')).history,
  ),
  entry(
    'events',
    'See',
    'List what happened, and follow what happens',
    async () => (await import('./commands/events.ts')).events,
  ),
  entry(
    'tree',
    'See',
    'Show resources and what they own, down to what runs',
    async () => (await import('./commands/tree.ts')).tree,
  ),
  entry(
    'logs',
    'See',
    'Print the output of processes',
    async () => (await import('./commands/logs.ts')).logs,
  ),
  entry(
    'sync',
    'Change',
    'Carry out the plan: take live to what Git says',
    async () => (await import('./commands/sync.ts')).sync,
  ),
  entry(
    'approve',
    'Change',
    'Agree to a waiting plan, its deletes included',
    async () => (await import('./commands/approve.ts')).approve,
  ),
  entry(
    'test',
    'Change',
    'Run the tests of a chart against what is live',
    async () => (await import('./commands/test.ts')).test,
  ),
  entry(
    'rotate',
    'Change',
    'Let templates draw passwords, keys and certificates anew',
    async () => (await import('./commands/rotate.ts')).rotate,
  ),
  entry(
    'rollback',
    'Undo and wait',
    'Take an application to an earlier release or commit and keep it there',
    async () => (await import('./commands/rollback.ts')).rollback,
  ),
  entry(
    'hold',
    'Undo and wait',
    'Leave an application alone until further notice',
    async () => (await import('./commands/hold.ts')).hold,
  ),
  entry(
    'resume',
    'Undo and wait',
    'End a hold or rollback, or let a read-only controller act',
    async () => (await import('./commands/resume.ts')).resume,
  ),
  entry(
    'wait',
    'Undo and wait',
    'Wait until applications are in sync and healthy',
    async () => (await import('./commands/wait.ts')).wait,
  ),
  entry(
    'import',
    'Operate',
    'Take commits from a git bundle, where the repository cannot be reached',
    async () => (await import('./commands/import.ts')).importBundle,
  ),
  entry(
    'backup',
    'Operate',
    'Save the state folder into one file',
    async () => (await import('./commands/backup.ts')).backup,
  ),
  entry(
    'restore',
    'Operate',
    'Bring a state folder back from a backup',
    async () => (await import('./commands/restore.ts')).restore,
  ),
  entry(
    'doctor',
    'Operate',
    'Check this machine and the controller, with a fix for each problem',
    async () => (await import('./commands/doctor.ts')).doctor,
  ),
  entry(
    'completion',
    'More',
    'Print the completion script of a shell',
    async () => (await import('./commands/completion.ts')).completion,
  ),
  entry(
    'version',
    'More',
    'Print the versions of Fairlead, Node, Git and the controller',
    async () => (await import('./commands/version.ts')).version,
  ),
  entry(
    'help',
    'More',
    'Show help on a command, the exit codes or the environment',
    async () => (await import('./commands/help.ts')).help,
  ),
  {
    ...entry(
      '__complete',
      'More',
      'Answer a shell that completes a command line',
      async () => (await import('./commands/complete.ts')).complete,
    ),
    hidden: true,
  },
];

function entry(
  name: string,
  group: Group,
  summary: string,
  load: () => Promise<CommandDefinition>,
): CommandEntry {
  return { name, group, summary, load };
}

/** The command of this very name; abbreviations are not known. */
export function findCommand(name: string): CommandEntry | undefined {
  return commands.find((command) => command.name === name);
}
