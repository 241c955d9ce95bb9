/*
 * Asks systemd's own parser (libsystemd-shared) what it makes of a text. Records on standard input are separated by 0x1e and
 * their fields by 0x1f; answers are written the same way.
 *
 *   env FILE             the assignments of an environment file (load_env_file)
 *   words FLAGS TEXT     the words of a text, and "!" first where it is invalid (extract_first_word)
 *   expand N ARG... ENV...  the words of a command of N arguments (replace_env_argv)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int load_env_file(FILE *f, const char *fname, char ***ret);
extern char **replace_env_argv(char **argv, char **env);
extern int extract_first_word(const char **p, char **ret, const char *separators, int flags);

static void put(char **list) {
    for (; list && *list; list++) printf("%s\x1f", *list);
}

int main(void) {
    static char input[1 << 24];
    size_t length = fread(input, 1, sizeof input - 1, stdin);
    input[length] = 0;
    for (char *record = input, *next; *record; record = next) {
        next = strchr(record, 0x1e);
        if (!next) break;
        *next++ = 0;
        char *fields[512] = {0};
        int count = 0;
        for (char *at = record; at && count < 511; count++) {
            fields[count] = at;
            at = strchr(at, 0x1f);
            if (at) *at++ = 0;
        }
        if (!strcmp(fields[0], "env")) {
            char **found = NULL;
            if (load_env_file(NULL, fields[1], &found) < 0) printf("!\x1f");
            put(found);
        } else if (!strcmp(fields[0], "words")) {
            const char *at = fields[2];
            char *word = NULL;
            int result;
            while ((result = extract_first_word(&at, &word, NULL, atoi(fields[1]))) > 0) printf("%s\x1f", word);
            if (result < 0) printf("!\x1f");
        } else {
            int arguments = atoi(fields[1]);
            char *argv[512] = {0};
            memcpy(argv, fields + 2, arguments * sizeof *argv);
            put(replace_env_argv(argv, fields + 2 + arguments));
        }
        putchar(0x1e);
    }
    return 0;
}
