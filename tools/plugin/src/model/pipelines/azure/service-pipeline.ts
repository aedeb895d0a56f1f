import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { indented, list } from './yaml-text.ts';

/** The one pipeline of all services: who starts it says which. */
export function servicePipeline({ services }: PipelineFacts): string {
  return `${generatedHeader}
# Releases one service: every automatic environment runs it afterwards. Started by hand, or by whatever asks Azure to.
name: $(Date:yyyyMMdd)$(Rev:-r)

parameters:
  - name: service
    displayName: Service
    type: string
    values:
${indented(6, list(services.map(({ name }) => name)))}

trigger: none
pr: none

extends:
  template: templates/service.yml
  parameters:
    service: \${{ parameters.service }}
`;
}
