import { z } from 'zod';
import type { ProjectConfig } from '../../model/config.ts';
import { defineKind } from './kind.ts';
import { uniqueNames } from './unique.ts';

const pattern = z.string().regex(/^[^\s\0]+$/u, 'must be a URL or a pattern without spaces');

const spec = z
  .strictObject({
    sources: uniqueNames(pattern).default([]).meta({
      description:
        'Allowed repositories: URLs in which `*` stands for anything but a slash and `**` for anything; `.` is the repository that holds this file. Empty: all.',
    }),
    targets: uniqueNames(pattern)
      .default([])
      .meta({ description: 'Allowed targets by name, `*` for anything. Empty: all.' }),
    kinds: uniqueNames(
      z
        .string()
        .regex(
          /^(?:[a-z0-9.-]+\/)?(?:[A-Z]\w*|\*)$/,
          'must be a kind such as "File" or "host.fairlead.dev/Process"',
        ),
    )
      .default([])
      .meta({
        description:
          'Allowed kinds of resources, with or without their group; `*` for any, `host.fairlead.dev/*` for any of a group. Empty: all.',
      }),
    hostPaths: uniqueNames(
      z
        .string()
        .regex(
          /^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\r\n]*$/u,
          'must be an absolute path without ".."',
        ),
    )
      .default([])
      .meta({
        description:
          'Paths on hosts that its applications may touch, each with all below it. Empty: all. With any, kinds that run programs (Command, Process) must be named in `kinds`, because a program can leave these paths.',
      }),
    namespaces: uniqueNames(
      z.string().regex(/^[a-z0-9*-]{1,63}$/, 'must be a namespace, in which * stands for anything'),
    )
      .default([])
      .meta({
        description:
          'Kubernetes namespaces that its applications may use, `*` for anything. Empty: all. With any, kinds that belong to the whole cluster must be named in `kinds`.',
      }),
    impersonate: z
      .strictObject({
        user: z.string().min(1, 'must not be empty').meta({
          description: 'User; `system:serviceaccount:NAMESPACE:NAME` for a service account.',
        }),
        groups: uniqueNames(z.string().min(1, 'must not be empty')).default([]).meta({
          description: 'Groups of that user.',
        }),
      })
      .optional()
      .meta({
        description:
          "Who its applications act as at Kubernetes targets: the cluster then lets them do what that user may. Default: whom the target's credentials are for.",
      }),
  })
  .meta({ description: 'What the applications of this project may use.' });

/** The document `Project`. */
export const projectKind = defineKind({
  kind: 'Project',
  description:
    'A boundary between teams: which sources, targets, kinds and paths their applications may use.',
  spec,
  toInternal: (name, from, origin): ProjectConfig => ({ name, ...from, origin }),
});
