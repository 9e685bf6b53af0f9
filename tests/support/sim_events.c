/* SPDX-License-Identifier: MIT */
/*
 * sim_events.c - between sim_main.c and a test whose main takes arguments: it
 * gets none.
 */
int simnet_main(void);
int simnet_events(int argc, char **argv);

int simnet_main(void)
{
    static char *none[] = {0};

    return simnet_events(0, none);
}
