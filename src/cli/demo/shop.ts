import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoFolder } from './folder.ts';
import { markVariable } from './folder.ts';
import type { Files } from './repository.ts';

/** The one application of the demo on this machine. */
export const application = 'shop';

/** One of `environments`. */
export type EnvironmentName = 'dev' | 'prod';
/** In the order in which a change reaches them. */
export const environments: readonly EnvironmentName[] = ['dev', 'prod'];

/** One version of the shop, as a commit says it. */
export interface Version {
  readonly name: string;
  readonly title: string;
  readonly product: string;
  readonly price: number;
  /** What the api cannot do without, as `host:port`. */
  readonly database?: string;
}

/** Where the shop runs in one environment. */
export interface Site {
  readonly webPort: number;
  readonly apiPort: number;
  readonly url: string;
  /** What a customer can buy, straight from the api. */
  readonly offerUrl: string;
  readonly folder: string;
  /** The file that the api reads what it sells from. */
  readonly config: string;
}

/** The shop in each environment. */
export type Sites = Readonly<Record<EnvironmentName, Site>>;

/** @param ports four free ones. */
export function sitesOf(folder: DemoFolder, ports: readonly number[]): Sites {
  const [devWeb = 0, devApi = 0, prodWeb = 0, prodApi = 0] = ports;
  const site = (name: EnvironmentName, webPort: number, apiPort: number): Site => ({
    webPort,
    apiPort,
    url: `http://127.0.0.1:${webPort}/`,
    offerUrl: `http://127.0.0.1:${apiPort}/offer`,
    folder: join(folder.live, name),
    config: join(folder.live, name, 'shop.json'),
  });
  return { dev: site('dev', devWeb, devApi), prod: site('prod', prodWeb, prodApi) };
}

/** The configuration of Fairlead: one target, two environments with different rules, one application in both. */
export function configurationFiles(folder: DemoFolder): Files {
  return {
    'fairlead.yaml': `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: {name: here}
spec: {host: {stateDir: ${folder.host}}}
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec: {targets: [here], sync: auto}
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: {name: prod}
spec: {targets: [here], sync: approve}
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: {name: ${application}}
spec:
  path: shop/{environment}
  environments: [dev, prod]
  timeouts: {health: 5s}
`,
  };
}

const programText = readFileSync(new URL('./program.mjs', import.meta.url), 'utf8');

/** The shop in one environment, a file for each thing. */
export function shopFiles(
  folder: DemoFolder,
  environment: EnvironmentName,
  site: Site,
  version: Version,
): Files {
  const program = join(site.folder, 'shop.mjs');
  const page = join(site.folder, 'index.html');
  const file = (name: string, path: string, content: string): string => `${head('File', name)}
spec:
  path: ${path}
  content: |
${content.trimEnd().replaceAll(/^(?=.)/gm, '    ')}
`;
  const serves = (role: string, port: number, env: Readonly<Record<string, string>>): string =>
    `${head('Process', role)}
spec:
  argv: [${process.execPath}, ${program}, ${role}]
  env:
    ${markVariable}: "${folder.id}"
    PORT: "${port}"
${Object.entries(env)
  .map(([name, value]) => `    ${name}: "${value}"\n`)
  .join('')}  probe:
    http: {port: ${port}, path: /healthz}
`;
  const database = version.database === undefined ? {} : { DATABASE: version.database };
  const path = (name: string): string => `shop/${environment}/${name}.yaml`;
  return {
    [path('config')]: file('config', site.config, configText(version)),
    [path('page')]: file('page', page, `<h1>${version.title}</h1>\n<p>{{offer}}</p>\n`),
    [path('program')]: file('program', program, programText),
    [path('api')]: serves('api', site.apiPort, {
      VERSION: version.name,
      CONFIG: site.config,
      ...database,
    }),
    [path('web')]: serves('web', site.webPort, { PAGE: page, API: String(site.apiPort) }),
  };
}

/** What a version writes into the file `config`. */
export function configText(version: Version): string {
  return `${JSON.stringify({ product: version.product, price: version.price })}\n`;
}

/** What a customer reads on the page of a version. */
export function pageText(version: Version): string {
  return `${version.title} / ${version.product}: ${version.price} EUR`;
}

/** A page as a customer reads it: without tags. */
export function readPage(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' / ');
}

function head(kind: string, name: string): string {
  return `apiVersion: host.fairlead.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}`;
}
