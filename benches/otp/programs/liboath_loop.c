/* Verifies the keys and codes of standard input with liboath, and prints for each pass how many
 * nanoseconds of processor time a verification took. Arguments: the time in seconds, the passes. */
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 4096 };
static char keys[MOST][20];
static char codes[MOST][16];

/* liboath gives up at a negative result, so strcmp itself would not do. */
static int differs(void *entered, const char *code) { return strcmp(entered, code) != 0; }

static double worked(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(int count, char **arguments) {
    if (count != 3 || oath_init() != OATH_OK) return 64;
    time_t now = strtoll(arguments[1], NULL, 10);
    int passes = atoi(arguments[2]), users = 0;
    char hex[64];
    while (users < MOST && scanf("%40s %15s", hex, codes[users]) == 2) {
        for (int byte = 0; byte < 20; byte++) {
            unsigned value;
            sscanf(hex + 2 * byte, "%2x", &value);
            keys[users][byte] = (char)value;
        }
        users++;
    }
    for (int pass = 0; pass < passes; pass++) {
        double start = worked();
        int right = 0;
        for (int user = 0; user < users; user++)
            right += oath_totp_validate4_callback(keys[user], 20, now, 30, 0, 6, 1, NULL, NULL, 0,
                                                  differs, codes[user]) >= 0;
        if (right != 0) return 1;
        printf("%.1f\n", (worked() - start) / users);
    }
    return 0;
}
