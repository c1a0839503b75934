/* Says hello to a server, takes its reply, and then ends, or does what the first argument says. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *ending = argc > 1 ? argv[1] : "ends";
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(5000)};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    char reply[256];
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&server, sizeof server) < 0 || write(s, "Hello world !\n", 14) != 14 ||
        read(s, reply, sizeof reply) <= 0) {
        perror("client_tcp");
        return 1;
    }
    printf("%s\n", ending);
    volatile unsigned long count = 0;
    if (strcmp(ending, "waits") == 0 && read(s, reply, sizeof reply) < 0) /* the server waits, too */
        return 1;
    while (strcmp(ending, "pauses") == 0)
        pause();
    while (strcmp(ending, "sleeps") == 0)
        sleep(1);
    if (strcmp(ending, "computes") == 0)
        for (;;)
            count++;
    close(s);
    return 0;
}
