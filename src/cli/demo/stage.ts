import type { Selector } from '../../control/api.ts';
import type { DemoFolder } from './folder.ts';
import { getText } from './http.ts';
import { Looking } from './looking.ts';
import type { LookingParts } from './looking.ts';
import type { Files } from './repository.ts';
import { application, environments, pageText, readPage, shopFiles } from './shop.ts';
import type { EnvironmentName, Site, Sites, Version } from './shop.ts';
import type { Versions } from './versions.ts';

interface StageParts extends LookingParts {
  readonly folder: DemoFolder;
  readonly sites: Sites;
  readonly versions: Versions;
}

/** Everything that the steps act with: a shop on this machine, in two environments. */
export class Stage extends Looking<EnvironmentName> {
  readonly sites: Sites;
  readonly versions: Versions;
  readonly #folder: DemoFolder;

  constructor(parts: StageParts) {
    super(parts);
    this.sites = parts.sites;
    this.versions = parts.versions;
    this.#folder = parts.folder;
  }

  override selectorOf(environment: EnvironmentName): Selector {
    return { application, environment };
  }

  /** The files of a version in both environments. */
  files(version: Version): Files {
    return Object.assign(
      {},
      ...environments.map((name) => shopFiles(this.#folder, name, this.sites[name], version)),
    ) as Files;
  }

  /** Asks the shop itself for its page. */
  async provePage(environment: EnvironmentName, version: Version, note = ''): Promise<number> {
    const { url } = this.sites[environment];
    const expected = pageText(version);
    return this.prove({
      says: `${environment}  ${url} says “${expected}”${note}`,
      look: async () => readPage(await getText(url)),
      expected,
    });
  }

  /** The api's own word on what runs. */
  async offer(
    environment: EnvironmentName,
  ): Promise<{ readonly pid: number; readonly version: string }> {
    return JSON.parse(await getText(this.sites[environment].offerUrl)) as {
      pid: number;
      version: string;
    };
  }

  site(environment: EnvironmentName): Site {
    return this.sites[environment];
  }
}
