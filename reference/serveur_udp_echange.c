/* Receives datagrams on port 5000, for ever: prints each with its sender, and replies to that sender. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

static int ouvrirSocket(void)
{
    int descripteurSocket = socket(PF_INET, SOCK_DGRAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return -1;
    }
    struct sockaddr_in pointDeRencontreLocal = {
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(descripteurSocket, (struct sockaddr *)&pointDeRencontreLocal, sizeof(pointDeRencontreLocal)) == -1) {
        perror("bind");
        close(descripteurSocket);
        return -1;
    }
    return descripteurSocket;
}

static void afficher(const struct sockaddr_in *emetteur, const char *message, ssize_t lus)
{
    char adresse[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &emetteur->sin_addr, adresse, sizeof(adresse));
    printf("Message de %s, port %d : %.*s (%zd octets)\n", adresse, ntohs(emetteur->sin_port), (int)lus, message, lus);
}

/* A reply that cannot leave concerns this client only. */
static void repondre(int descripteurSocket, const struct sockaddr_in *emetteur)
{
    const char *reponse = "ok\n";
    ssize_t ecrits;
    do
        ecrits = sendto(descripteurSocket, reponse, strlen(reponse), 0, (const struct sockaddr *)emetteur,
                        sizeof(*emetteur));
    while (ecrits == -1 && errno == EINTR);
    if (ecrits == -1)
        perror("sendto");
    else
        printf("Réponse envoyée (%zd octets)\n", ecrits);
}

int main(void)
{
    int descripteurSocket = ouvrirSocket();
    if (descripteurSocket == -1)
        return EXIT_FAILURE;
    printf("En attente de datagrammes sur le port %d\n", PORT);

    for (;;) {
        char message[LG_MESSAGE];
        struct sockaddr_in emetteur;
        /* The length goes in and out: it is set anew each time. */
        socklen_t longueurAdresse = sizeof(emetteur);
        ssize_t lus = recvfrom(descripteurSocket, message, sizeof(message), 0, (struct sockaddr *)&emetteur,
                               &longueurAdresse);
        if (lus >= 0) { /* 0 is an empty datagram: it is answered, too */
            afficher(&emetteur, message, lus);
            repondre(descripteurSocket, &emetteur);
        } else if (errno != EINTR) {
            perror("recvfrom");
            close(descripteurSocket);
            return EXIT_FAILURE;
        }
    }
}
