/* Binds a stream socket to port 5000 on every local address, holds it for two seconds, closes it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */

int main(void)
{
    int socketEcoute = socket(PF_INET, SOCK_STREAM, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    struct sockaddr_in pointDeRencontreLocal = {
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(socketEcoute, (struct sockaddr *)&pointDeRencontreLocal, sizeof(pointDeRencontreLocal)) == -1) {
        perror("bind");
        close(socketEcoute);
        return EXIT_FAILURE;
    }
    printf("Socket attaché au port %d\n", PORT);

    /* sleep() gives what is left of it when a signal wakes it early. */
    for (unsigned int reste = 2; reste > 0;)
        reste = sleep(reste);

    close(socketEcoute);
    return EXIT_SUCCESS;
}
