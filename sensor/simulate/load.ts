/** Scenarios from files; besides write.ts the only part of the simulator that needs Node. */
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'smol-toml';
import { checkScenario, type Scenario, ScenarioError } from './scenario.ts';

/** From the source, and from what is compiled to dist/. */
const folders = ['../../config/scenarios/', '../../../config/scenarios/'].map((path) => new URL(path, import.meta.url));

export const DEFAULT_SCENARIO = 'background';

/** Reads and checks a scenario: `background` is config/scenarios/background.toml; with a slash or an ending it is a file. */
export async function loadScenario(nameOrFile: string = DEFAULT_SCENARIO): Promise<Scenario> {
  const isFile = /[/\\]|\.toml$/i.test(nameOrFile);
  const text = isFile ? await readScenarioFile(nameOrFile) : await readNamed(nameOrFile);
  const where = isFile ? nameOrFile : `config/scenarios/${nameOrFile}.toml`;
  return checkScenario(parseToml(text, where), where);
}

/** Names of the scenarios that come with the program. */
export async function listScenarios(): Promise<string[]> {
  for (const folder of folders) {
    const files = await readdir(folder).catch(() => null);
    if (files)
      return files
        .filter((file) => file.endsWith('.toml'))
        .map((file) => basename(file, '.toml'))
        .sort();
  }
  return [];
}

async function readScenarioFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ScenarioError(file, [`cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

async function readNamed(name: string): Promise<string> {
  const names = await listScenarios();
  if (!names.includes(name)) {
    throw new ScenarioError(name, [`there is no scenario of this name; there are ${names.join(', ') || 'none'}`]);
  }
  for (const folder of folders) {
    const text = await readFile(new URL(`${name}.toml`, folder), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  throw new ScenarioError(name, ['cannot be read']);
}

function parseToml(text: string, where: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ScenarioError(where, [`is no TOML: ${error instanceof Error ? error.message : String(error)}`]);
  }
}
