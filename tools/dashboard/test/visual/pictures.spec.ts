import { mkdirSync, rmSync } from 'node:fs';
import { violations } from '../axe.ts';
import { writeContactSheet } from './contact-sheet.ts';
import { darkPhone, light, nameOf } from './looks.ts';
import { checkPicture, kept, leftoverPictures, left } from './picture.ts';
import { actionScenes } from './scenes-of-actions.ts';
import { gridScenes } from './scenes-of-grid.ts';
import { viewScenes } from './scenes-of-views.ts';
import { show, Stage } from './stage.ts';

const scenes = [...gridScenes, ...viewScenes, ...actionScenes];
let stage: Stage;

beforeAll(async () => {
  rmSync(left, { recursive: true, force: true });
  mkdirSync(left, { recursive: true });
  mkdirSync(kept, { recursive: true });
  stage = await Stage.open();
});
afterEach(() => stage.clear());
afterAll(async () => {
  await stage.close();
  writeContactSheet();
});

describe('the page', () => {
  it.each(scenes)('looks as it did, and axe finds nothing: $name', async (scene) => {
    const { page, complaints } = await stage.play(scene);
    const problems: string[] = [];
    for (const look of [light, darkPhone]) {
      await show(page, look, scene);
      for (const found of await violations(page)) problems.push(`${nameOf(look)}: ${found}`);
    }
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
      problems.push('wider than a phone');
    for (const look of scene.pictures) {
      const take = async () => {
        await show(page, look, scene);
        return page.screenshot({ animations: 'disabled' });
      };
      problems.push(...(await checkPicture(stage.blank, `${scene.name}-${nameOf(look)}`, take)));
    }
    expect([...problems, ...complaints]).toEqual([]);
  });

  it('has a scene for each picture that is kept', () => {
    const wanted = scenes.flatMap(({ name, pictures }) => pictures.map((look) => `${name}-${nameOf(look)}`));
    expect(leftoverPictures(wanted)).toEqual([]);
  });
});
