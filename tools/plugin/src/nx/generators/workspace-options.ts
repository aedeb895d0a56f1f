import { readNxJson, type Tree } from '@nx/devkit';
import { setPlaces } from '../../model/workspace/places.ts';
import { pluginOptionsIn, type PluginOptions } from '../../model/workspace/plugin-options.ts';

/** Reads the plugin's options in nx.json, and sets the places that they name: the first step of a generator. @throws {Refusal} */
export function workspaceOptions(tree: Tree): PluginOptions {
  const options = pluginOptionsIn(readNxJson(tree));
  setPlaces(options);
  return options;
}
