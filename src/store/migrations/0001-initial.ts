import type { Migration } from './migration.ts';

/** The first schema: settings, releases with their steps, approvals, events. */
export const initial: Migration = {
  number: 1,
  name: 'initial',
  up: ({ schema }) => [
    schema
      .createTable('settings')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('body', 'text', (column) => column.notNull()),

    schema
      .createTable('releases')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('application', 'text', (column) => column.notNull())
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull()),
    schema
      .createIndex('releases_by_application')
      .on('releases')
      .columns(['application', 'environment', 'seq']),
    schema.createIndex('releases_by_outcome').on('releases').columns(['outcome', 'seq']),

    schema
      .createTable('release_steps')
      .addColumn('release', 'text', (column) =>
        column.notNull().references('releases.id').onDelete('cascade'),
      )
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_steps_key', ['release', 'position']),

    schema
      .createTable('approvals')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('application', 'text', (column) => column.notNull())
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('approved_by', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addUniqueConstraint('approvals_key', [
        'application',
        'environment',
        'digest',
        'approved_by',
      ]),

    schema
      .createTable('events')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('body', 'text', (column) => column.notNull()),
  ],
};
