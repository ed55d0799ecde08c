package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code make rename} leaves nothing of the old name, what it made passes its own checks, and it can be run again. */
class RenameTest {

    private static final String FIRST = application();

    private static final String NEXT = FIRST.equals("orders") ? "returns" : "orders";

    @TempDir
    private Path folder;

    private Path clone;

    private static String application() {
        return Repository.read("argocd/root/values.yaml")
                .lines()
                .filter(line -> line.startsWith("name: "))
                .findFirst()
                .orElseThrow()
                .substring("name: ".length());
    }

    /** A copy of the work tree, with what no commit has yet. */
    @BeforeEach
    void copy() {
        clone = folder.resolve("my clone");
        must(folder, """
                git init -q -b main 'my clone'
                (cd "$1" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - -f -) |
                  tar -x -C 'my clone' -f -
                cd 'my clone'
                git add -A
                git commit -q -m 'As it is'
                """, Repository.ROOT.toString());
    }

    @Test
    void nothingOfTheOldNameIsLeftAndTheChecksPass() {
        must(clone, "make rename NAME=" + NEXT + " PACKAGE=com.example." + NEXT);
        assertThat(must(clone, "git log --format=%s -1; git status --porcelain"))
                .isEqualTo("Rename " + FIRST + " to " + NEXT + ", package com.example." + NEXT);
        assertThat(run(clone, "git grep -nI " + FIRST + " -- . | grep -v equal-experts-; git ls-files | grep " + FIRST)
                        .output())
                .as("what has the old name still")
                .isEmpty();
        must(clone, "make rename NAME=two-words");
        assertThat(must(clone, "sed -n 's/^package //p' service/src/main/java/com/example/*/Application.java"))
                .isEqualTo("com.example.twowords;");
        assertThat(run(clone, "git grep -nIw " + NEXT + " -- . ':(exclude)tests' | grep -v 'com.example\\|rename'")
                        .output())
                .as("what has the second name still, but for the package")
                .isEmpty();
        // All of them take minutes, so those that look at names and texts stand for the others.
        must(clone, """
                p=com.example.twowords
                JAVA_HOME=$(service/jdk) mvn -B -ntp -q verify -Dsurefire.failIfNoSpecifiedTests=false \\
                  -Dtest="GreetingTest,$p.chart.*Test,$p.docs.*Test,$p.style.*Test,NamesTest,VerifyReleaseTest,DeployTest"
                """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            NAME=                                  | '' is no name for the application
            NAME=Orders                            | 'Orders' is no name for the application
            NAME=-orders                           | '-orders' is no name
            NAME=orders-                           | 'orders-' is no name
            NAME=a-name-of-more-than-20-characters | is no name
            NAME=service                           | the word 'service' stands in
            NAME=orders PACKAGE=Com.example        | 'Com.example' is no name of a Java package
            NAME=orders PACKAGE=com..example       | 'com..example' is no name of a Java package
            NAME=orders PACKAGE=com.new.orders     | has a word of the Java language in it, 'new'
            """)
    void whatIsNoNameIsRefused(String arguments, String sentence) {
        refused("make rename " + arguments, sentence);
    }

    @Test
    void changesThatNoCommitHasAreNotMixedIn() {
        refused("echo >>README.md; make rename NAME=orders", "README.md");
        must(clone, "git diff --stat -- README.md | grep README.md");
    }

    @Test
    void whatFailsLeavesTheCloneAsItIs() {
        StandIn.of(folder.resolve("bin"), "mvn", "echo no such goal; exit 1");
        refused("PATH=\"" + folder.resolve("bin") + ":$PATH\" make rename NAME=orders", "no such goal");
        assertThat(must(clone, "git status --porcelain; git log --format=%s -1"))
                .isEqualTo("As it is");
    }

    private void refused(String script, String sentence) {
        CommandResult result = run(clone, script);
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        assertThat(result.output()).contains(sentence);
        assertThat(must(clone, "git log --format=%s -1")).isEqualTo("As it is");
    }

    private String must(Path where, String script, String... arguments) {
        return run(where, script, arguments).orFail().output().strip();
    }

    private CommandResult run(Path where, String script, String... arguments) {
        return Command.bash(script, arguments)
                .in(where)
                .without(variable -> variable.startsWith("GIT_") || variable.startsWith("MAKE"))
                .with("GIT_AUTHOR_NAME", "Ada")
                .with("GIT_AUTHOR_EMAIL", "ada@example.org")
                .with("GIT_COMMITTER_NAME", "Ada")
                .with("GIT_COMMITTER_EMAIL", "ada@example.org")
                .mergingErrors()
                .run();
    }
}
