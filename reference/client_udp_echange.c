/* Sends a message to port 5000 and prints the reply. Datagrams may get lost: it asks a few times, then gives up. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1"
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256
#define DELAI 5  /* seconds that a reply may take */
#define ESSAIS 3 /* how often the question is asked */

/* connect() sends nothing: it only says whom this socket talks to. From then on the system keeps the datagrams of all
   others away, and reports a closed port (ECONNREFUSED). */
static int ouvrirSocket(void)
{
    int descripteurSocket = socket(PF_INET, SOCK_DGRAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return -1;
    }
    struct sockaddr_in pointDeRencontreDistant = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, ADRESSE, &pointDeRencontreDistant.sin_addr);
    struct timeval delai = {.tv_sec = DELAI};
    if (connect(descripteurSocket, (struct sockaddr *)&pointDeRencontreDistant, sizeof(pointDeRencontreDistant)) == -1)
        perror("connect");
    else if (setsockopt(descripteurSocket, SOL_SOCKET, SO_RCVTIMEO, &delai, sizeof(delai)) == -1)
        perror("setsockopt");
    else
        return descripteurSocket;
    close(descripteurSocket);
    return -1;
}

static int envoyer(int descripteurSocket, const char *messageEnvoi)
{
    ssize_t ecrits;
    do
        ecrits = send(descripteurSocket, messageEnvoi, strlen(messageEnvoi), 0);
    while (ecrits == -1 && errno == EINTR);
    if (ecrits == -1) {
        perror("send");
        return -1;
    }
    printf("Message envoyé (%zd octets)\n", ecrits);
    return 0;
}

/* 1: the reply has come and is printed; 0: it has not come in time; -1: it cannot come. */
static int recevoir(int descripteurSocket)
{
    char message[LG_MESSAGE];
    ssize_t lus;
    do
        lus = recv(descripteurSocket, message, sizeof(message), 0);
    while (lus == -1 && errno == EINTR);
    if (lus >= 0) {
        /* No final NUL came with the message: it is printed by its number of bytes. */
        printf("Réponse reçue : %.*s (%zd octets)\n", (int)lus, message, lus);
        return 1;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return 0;
    perror("recv");
    return -1;
}

int main(void)
{
    int descripteurSocket = ouvrirSocket();
    if (descripteurSocket == -1)
        return EXIT_FAILURE;

    int resultat = 0;
    for (int essai = 0; essai < ESSAIS && resultat == 0; essai++)
        resultat = envoyer(descripteurSocket, "Hello world !\n") == 0 ? recevoir(descripteurSocket) : -1;
    if (resultat == 0)
        fprintf(stderr, "Pas de réponse après %d essais de %d secondes\n", ESSAIS, DELAI);

    close(descripteurSocket);
    return resultat == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
