/* Serves IPv4 and IPv6 clients on port 8080, one after another, for ever: prints the message and who sent it, replies, closes. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 8080
#define LG_MESSAGE 256
#define LG_FILE 5 /* clients that may wait while one is being served */

static int ouvrirSocketEcoute(void)
{
    int socketEcoute = socket(PF_INET6, SOCK_STREAM, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return -1;
    }

    /* One IPv6 socket takes clients of both families, as long as it is not for IPv6 alone. The default depends on the system. */
    int non = 0, oui = 1;
    if (setsockopt(socketEcoute, IPPROTO_IPV6, IPV6_V6ONLY, &non, sizeof(non)) == -1 ||
        setsockopt(socketEcoute, SOL_SOCKET, SO_REUSEADDR, &oui, sizeof(oui)) == -1)
        perror("setsockopt");

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

/* An IPv4 client has a mapped address here: ::ffff:127.0.0.1. */
static void afficherClient(const struct sockaddr_storage *adresse, socklen_t longueur)
{
    char hote[NI_MAXHOST], port[NI_MAXSERV];
    int erreur = getnameinfo((const struct sockaddr *)adresse, longueur, hote, sizeof(hote), port, sizeof(port),
                             NI_NUMERICHOST | NI_NUMERICSERV);
    if (erreur != 0)
        fprintf(stderr, "getnameinfo : %s\n", gai_strerror(erreur));
    else
        printf("Client %s, port %s\n", hote, port);
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
        envoyer(socketDialogue, "Bonjour, message bien reçu !");
    }
}

int main(void)
{
    int socketEcoute = ouvrirSocketEcoute();
    if (socketEcoute == -1)
        return EXIT_FAILURE;
    printf("En écoute sur le port %d (IPv4 et IPv6)\n", PORT);

    for (;;) {
        struct sockaddr_storage adresse; /* there is room in it for an address of either family */
        socklen_t longueur = sizeof(adresse);
        int socketDialogue = accept(socketEcoute, (struct sockaddr *)&adresse, &longueur);
        if (socketDialogue >= 0) {
            afficherClient(&adresse, longueur);
            dialoguer(socketDialogue);
            close(socketDialogue);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            perror("accept");
            close(socketEcoute);
            return EXIT_FAILURE;
        }
    }
}
