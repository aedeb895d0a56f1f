import { ciSyntaxOf } from '../../../../model/ci/output/ci-syntax.ts';
import { jobSummary, type JobOutcome } from '../../../../model/ci/output/job-summary.ts';
import { ciRunOf, type CiRun } from '../../../../model/ci/ci-run.ts';
import { hintMark } from '../../../../model/errors/product-error.ts';
import { scrub, scrubLines } from '../../../../model/secrets/line-scrubber.ts';
import { webAddressOf } from '../../../../model/forge/web-address.ts';
import type { SourceRepository } from '../../../../ports/repository/source-repository.ts';
import { Screen } from '../screen.ts';
import { terminalOf } from '../terminal.ts';
import { outcomeRow, writeOutcomes } from '../outcome-row.ts';
import { planSummary } from '../../../../model/ci/output/plan-summary.ts';
import type { ApprovablePlan } from '../../../../use-cases/deploy/requirements/approval.ts';
import { describePlan } from '../describe-plan.ts';
import { showOnJobPage } from './job-summary-page.ts';
import { outputVariable } from './output-variable.ts';
import type { AnnotatedPlace, AnnotationLevel, CiSyntax } from '../../../../model/ci/output/syntax.ts';

/** The log of a command, as the CI that runs it reads it, and what the command came to. */
export class RunLog {
  readonly syntax: CiSyntax;
  readonly screen: Screen;
  private readonly env: NodeJS.ProcessEnv;
  private readonly run: CiRun | undefined;
  private readonly outcomes: JobOutcome[] = [];
  private readonly plans: ApprovablePlan[] = [];
  private readonly projectOf: (service: string) => string;

  /** @param projectOf returns the name by which Nx knows a service. */
  constructor(env: NodeJS.ProcessEnv, projectOf = (service: string) => service) {
    this.env = env;
    this.projectOf = projectOf;
    this.run = ciRunOf(env);
    this.syntax = ciSyntaxOf(this.run?.ci);
    this.screen = new Screen(terminalOf(env));
  }

  /** Keeps what a task came to, for the page of the run. */
  tell(...outcomes: readonly JobOutcome[]): void {
    this.outcomes.push(...outcomes);
  }

  /** Keeps a plan, for who approves of it and for the job that applies it. */
  tellPlan(...plans: readonly ApprovablePlan[]): void {
    this.plans.push(...plans);
  }

  /** Shows at the head of the run that a task failed. @param text of the task: its headline, its hint, and evidence. */
  fail(project: string, text: string): void {
    const [headline = '', second = ''] = text.split('\n');
    const hint = second.startsWith(hintMark) ? ` ${second.slice(hintMark.length)}` : '';
    if (this.syntax.annotate) console.log(this.syntax.annotate('error', project, scrub(`${headline}${hint}`)));
  }

  /** Shows at the head of the run, and beside the line, what was found in a file. */
  annotate(level: AnnotationLevel, about: string, text: string, at: AnnotatedPlace): void {
    if (this.syntax.annotate) console.log(this.syntax.annotate(level, about, scrub(text), at));
  }

  /** Hands what was told to Nx's process, for the table that ends a command, and puts it on the page of the run. */
  async publish(repository: Pick<SourceRepository, 'originUrl'>): Promise<void> {
    writeOutcomes(
      this.env,
      this.outcomes.map((outcome) => outcomeRow(outcome, this.screen.terminal)),
    );
    if (!this.run) return;
    this.publishPlans();
    if (this.outcomes.length === 0) return;
    const origin = await repository.originUrl().catch(() => undefined);
    const web = origin === undefined ? undefined : webAddressOf(origin);
    this.show(jobSummary(this.outcomes, this.run, web));
  }

  /** Shows plans where approvers look, and hands them on: services by their projects, their builds and ids are each a list, in one order. */
  private publishPlans(): void {
    if (this.plans.length === 0) return;
    const plans = this.plans.toSorted((a, b) => (describePlan(a)[0]! < describePlan(b)[0]! ? -1 : 1));
    this.show(planSummary(plans.map((plan) => ({ id: plan.id.toString(), lines: scrubLines(describePlan(plan)) }))));
    const tags = plans.flatMap(({ work: { service, build } }) => (service && build ? [`${service}-${build}`] : []));
    const services = plans.flatMap(({ work: { service } }) => (service === undefined ? [] : this.projectOf(service)));
    const variables = { services, tags, plans: plans.map(({ id }) => id.toString()) };
    for (const [name, values] of Object.entries(variables)) outputVariable(this.env, name, values.join(','));
  }

  private show(page: string): void {
    try {
      showOnJobPage(this.env, page);
    } catch (error) {
      console.log(this.syntax.escapeCommands(`warning: the page of the run could not be written: ${String(error)}`));
    }
  }
}
