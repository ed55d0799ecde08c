/** gitops/bump and gitops/rollback against real bare repositories, with real bash and git. */
package hello.bump;
