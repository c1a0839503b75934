/* Exercice : serveur TCP sur IPv6. */
#include <arpa/inet.h>  /* htons, inet_ntop */
#include <errno.h>      /* errno, EINTR, ECONNABORTED */
#include <netinet/in.h> /* struct sockaddr_in6, in6addr_any, IPPORT_USERRESERVED */
#include <signal.h>     /* signal, SIGPIPE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256
#define LG_FILE 5 /* clients qui peuvent attendre */

/* Affiche l'adresse du client, en chiffres. */
static void afficherClient(const struct sockaddr_in6 *pointDeRencontreDistant)
{
    char adresse[INET6_ADDRSTRLEN];

    /* Étape 3 : inet_ntop, puis printf. */

    fprintf(stderr, "afficherClient : à compléter (%zu et %zu octets)\n", sizeof(*pointDeRencontreDistant), sizeof(adresse));
}

int main(void)
{
    struct sockaddr_in6 pointDeRencontreDistant = {.sin6_family = AF_INET6};
    char message[LG_MESSAGE];

    /* Étape 1 : créer un socket PF_INET6, l'attacher au port 5000 de in6addr_any, le mettre en écoute. */

    /* Étape 2 : pour toujours, accepter un client ; accept() donne son adresse. */
    afficherClient(&pointDeRencontreDistant);

    /* Étape 4 : dialoguer avec lui comme dans le serveur IPv4, puis fermer son socket de dialogue. */

    fprintf(stderr, "serveur_tcp6 : à compléter (port %d, file de %d, messages d'au plus %zu octets)\n", PORT, LG_FILE,
            sizeof(message));
    return EXIT_FAILURE;
}
