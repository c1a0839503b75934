/* Exercice : client TCP sur IPv6. */
#include <arpa/inet.h>  /* htons, inet_pton */
#include <errno.h>      /* errno, EINTR */
#include <netinet/in.h> /* struct sockaddr_in6, IPPORT_USERRESERVED */
#include <signal.h>     /* signal, SIGPIPE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "::1" /* du serveur, à modifier selon vos besoins */
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

int main(void)
{
    const char *messageEnvoi = "Hello world !\n";
    struct sockaddr_in6 pointDeRencontreDistant;
    char messageRecu[LG_MESSAGE];

    /* Étape 1 : créer un socket TCP de la famille PF_INET6. */

    /* Étape 2 : remplir pointDeRencontreDistant, à zéro d'abord, et se connecter. */

    /* Étape 3 : envoyer le message, lire la réponse jusqu'à la fin, afficher les deux nombres d'octets. */

    /* Étape 4 : fermer le socket, terminer avec EXIT_SUCCESS si tout s'est bien passé. */

    fprintf(stderr, "client_tcp6 : à compléter (%s, port %d, une adresse de %zu octets ; %zu octets à envoyer, au plus %zu à "
                    "recevoir)\n",
            ADRESSE, PORT, sizeof(pointDeRencontreDistant), strlen(messageEnvoi), sizeof(messageRecu));
    return EXIT_FAILURE;
}
