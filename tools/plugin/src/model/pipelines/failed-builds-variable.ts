/**
 * The environment variable with the tags, separated by commas, of builds that failed where they were deployed and ran nowhere:
 * `outdated` finds them for the job that builds, which reaches no cluster.
 */
export const failedBuildsVariable = 'POC_FAILED_BUILDS';
