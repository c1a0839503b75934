/* The server of serveur_tcp.c over IPv6: one client after another on port 5000, for ever, and says who it is. */
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
#define LG_FILE 5 /* clients that may wait while one is being served */

static int ouvrirSocketEcoute(void)
{
    int socketEcoute = socket(PF_INET6, SOCK_STREAM, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return -1;
    }

    /* Connections of an earlier run may still be in TIME_WAIT on this port: they must not keep us from starting. */
    int oui = 1;
    if (setsockopt(socketEcoute, SOL_SOCKET, SO_REUSEADDR, &oui, sizeof(oui)) == -1)
        perror("setsockopt");

    /*
     * Every IPv6 address, and, unless IPV6_V6ONLY is set, every IPv4 one too: so a program that holds the port over IPv4 makes
     * bind() fail.
     */
    struct sockaddr_in6 pointDeRencontreLocal = {
        .sin6_family = AF_INET6,
        .sin6_port = htons(PORT),
        .sin6_addr = in6addr_any,
    };
    if (bind(socketEcoute, (struct sockaddr *)&pointDeRencontreLocal, sizeof(pointDeRencontreLocal)) == -1) {
        perror("bind");
        close(socketEcoute);
        return -1;
    }
    if (listen(socketEcoute, LG_FILE) == -1) {
        perror("listen");
        close(socketEcoute);
        return -1;
    }
    return socketEcoute;
}

/* Sends all of it: send() may take only a part. MSG_NOSIGNAL: a client that has gone must not end the server. */
static void envoyer(int socketDialogue, const char *message)
{
    size_t taille = strlen(message), envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(socketDialogue, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0) {
            envoyes += (size_t)ecrits;
        } else if (errno != EINTR) {
            perror("send");
            return;
        }
    }
    printf("Réponse envoyée (%zu octets)\n", envoyes);
}

static void afficherClient(const struct sockaddr_in6 *pointDeRencontreDistant)
{
    char adresse[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, &pointDeRencontreDistant->sin6_addr, adresse, sizeof(adresse));
    printf("Client [%s], port %d\n", adresse, ntohs(pointDeRencontreDistant->sin6_port));
}

/* Whatever goes wrong with this client is said and concerns nobody else. */
static void dialoguer(int socketDialogue)
{
    char message[LG_MESSAGE];
    ssize_t lus;
    do
        lus = recv(socketDialogue, message, sizeof(message), 0);
    while (lus == -1 && errno == EINTR);

    if (lus == -1) {
        perror("recv");
    } else if (lus == 0) {
        fprintf(stderr, "Le client a fermé la connexion sans rien envoyer\n");
    } else {
        /* No final NUL came with the message: it is printed by its number of bytes. */
        printf("Message reçu : %.*s (%zd octets)\n", (int)lus, message, lus);
        envoyer(socketDialogue, "ok\n");
    }
}

int main(void)
{
    int socketEcoute = ouvrirSocketEcoute();
    if (socketEcoute == -1)
        return EXIT_FAILURE;
    printf("En écoute sur le port %d\n", PORT);

    for (;;) {
        struct sockaddr_in6 pointDeRencontreDistant;
        socklen_t longueur = sizeof(pointDeRencontreDistant);
        int socketDialogue = accept(socketEcoute, (struct sockaddr *)&pointDeRencontreDistant, &longueur);
        if (socketDialogue >= 0) {
            afficherClient(&pointDeRencontreDistant);
            dialoguer(socketDialogue);
            close(socketDialogue);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            perror("accept");
            close(socketEcoute);
            return EXIT_FAILURE;
        }
    }
}
