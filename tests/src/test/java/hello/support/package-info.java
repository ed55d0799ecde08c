/** What tests of every area use: commands, files of this repository, YAML, and programs that stand in for others. */
package hello.support;
