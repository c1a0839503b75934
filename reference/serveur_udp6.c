/* The server of serveur_udp.c over IPv6: one datagram on port 5000, and who sent it. */
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
    int descripteurSocket = socket(PF_INET6, SOCK_DGRAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    /*
     * Every IPv6 address, and, unless IPV6_V6ONLY is set, every IPv4 one too: so a program that holds the port over IPv4 makes
     * bind() fail.
     */
    struct sockaddr_in6 pointDeRencontreLocal = {
        .sin6_family = AF_INET6,
        .sin6_port = htons(PORT),
        .sin6_addr = in6addr_any,
    };
    if (bind(descripteurSocket, (struct sockaddr *)&pointDeRencontreLocal, sizeof(pointDeRencontreLocal)) == -1) {
        perror("bind");
        close(descripteurSocket);
        return EXIT_FAILURE;
    }
    printf("Attaché au port %d\n", PORT);

    /* Neither listen() nor accept(): a bound datagram socket receives from anybody. What does not fit is cut off. */
    char message[LG_MESSAGE], adresse[INET6_ADDRSTRLEN];
    struct sockaddr_in6 pointDeRencontreDistant;
    socklen_t longueurAdresse;
    ssize_t lus;
    do {
        longueurAdresse = sizeof(pointDeRencontreDistant);
        lus = recvfrom(descripteurSocket, message, sizeof(message), 0, (struct sockaddr *)&pointDeRencontreDistant,
                       &longueurAdresse);
    } while (lus == -1 && errno == EINTR);

    int etat = EXIT_SUCCESS;
    if (lus == -1) {
        perror("recvfrom");
        etat = EXIT_FAILURE;
    } else if (lus == 0) { /* an empty datagram, and not an end of file: UDP has none */
        printf("Datagramme vide : aucune donnée reçue\n");
    } else {
        /* No final NUL came with the message: it is printed by its number of bytes. */
        inet_ntop(AF_INET6, &pointDeRencontreDistant.sin6_addr, adresse, sizeof(adresse));
        printf("Message de [%s], port %d : %.*s (%zd octets)\n", adresse, ntohs(pointDeRencontreDistant.sin6_port), (int)lus,
               message, lus);
    }

    close(descripteurSocket);
    return etat;
}
