import { availableParallelism } from 'node:os';
import { Stage } from '../../../../model/concurrency/stage.ts';

/** Uploads share one network, and registries count them. */
const pushesAtOnce = 4;
/** Of pushes to the origin, which locks its refs. */
const tagsAtOnce = 4;
/** Each asks about ten things of the API server at once, which takes 400 before it lets others wait; then it only waits. */
const rolloutsAtOnce = 16;
/** API Management takes so many writes a second. */
const publicationsAtOnce = 4;

/** The stages of one command, each with a limit of its own: what waits in one keeps nobody out of another. */
export class Stages {
  /** Images are built by processors. */
  readonly build: Stage;
  readonly push = new Stage(pushesAtOnce);
  readonly tag = new Stage(tagsAtOnce);
  private readonly rollouts = new Map<string, Stage>();
  private readonly doors = new Map<string, Stage>();

  constructor(cores = availableParallelism()) {
    this.build = new Stage(cores);
  }

  /** Changes of services in an environment, each until it is ready. */
  rollout(environment: string): Stage {
    return stageIn(this.rollouts, environment, rolloutsAtOnce);
  }

  /** Writes to the door of an environment. */
  publication(environment: string): Stage {
    return stageIn(this.doors, environment, publicationsAtOnce);
  }
}

function stageIn(stages: Map<string, Stage>, name: string, most: number): Stage {
  const known = stages.get(name) ?? new Stage(most);
  stages.set(name, known);
  return known;
}
