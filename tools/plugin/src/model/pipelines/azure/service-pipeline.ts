import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';

/** Returns the one pipeline of all services: the run's parameter says which. */
export function servicePipeline({ services }: PipelineFacts): Yaml {
  return yaml`
    ${generatedHeader()}

    # Releases one service: every automatic environment runs it afterwards. Started by hand, or through Azure's API.
    name: $(Date:yyyyMMdd)$(Rev:-r)

    parameters:
      - name: service
        displayName: Service
        type: string
        values:
          ${services.map(({ name }) => name)}

    trigger: none
    pr: none

    extends:
      template: templates/service.yml
      parameters:
        service: \${{ parameters.service }}
  `;
}
