/* Receives one datagram on port 5000 and prints it, with its number of bytes. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

int main(void)
{
    int descripteurSocket = socket(PF_INET, SOCK_DGRAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    struct sockaddr_in pointDeRencontreLocal = {
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(descripteurSocket, (struct sockaddr *)&pointDeRencontreLocal, sizeof(pointDeRencontreLocal)) == -1) {
        perror("bind");
        close(descripteurSocket);
        return EXIT_FAILURE;
    }
    printf("Attaché au port %d\n", PORT);

    /* Neither listen() nor accept(): a bound datagram socket receives from anybody. What does not fit is cut off. */
    char message[LG_MESSAGE];
    ssize_t lus;
    do
        lus = recvfrom(descripteurSocket, message, sizeof(message), 0, NULL, NULL);
    while (lus == -1 && errno == EINTR);

    int etat = EXIT_SUCCESS;
    if (lus == -1) {
        perror("recvfrom");
        etat = EXIT_FAILURE;
    } else if (lus == 0) { /* an empty datagram, and not an end of file: UDP has none */
        printf("Datagramme vide : aucune donnée reçue\n");
    } else {
        /* No final NUL came with the message: it is printed by its number of bytes. */
        printf("Message reçu : %.*s (%zd octets)\n", (int)lus, message, lus);
    }

    close(descripteurSocket);
    return etat;
}
