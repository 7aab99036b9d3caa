import { createApi } from './api/create-api.ts';
import { Engine } from './engine.ts';
import type { EngineOptions, EnginePorts } from './ports.ts';

/** The engine with the API that the CLI and the server use. */
export function createEngine(ports: EnginePorts, options: EngineOptions): Engine {
  return new Engine(ports, options, createApi);
}
